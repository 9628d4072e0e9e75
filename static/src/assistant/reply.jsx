import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { memo } from "../ui/memo.jsx";

const markdown = signal(null); // the module, once it is loaded
let asked = false;

/** Until the parser is there, and if it cannot be loaded, the text stands as it is. */
function load() {
  if (asked) return;
  asked = true;
  import("./markdown.js").then(
    (module) => (markdown.value = module),
    () => (asked = false), // no network: the next reply asks again
  );
}

/** The assistant's text, which may still grow. */
export const Reply = memo(function Reply({ text, writing }) {
  load();
  const parser = markdown.value;
  if (!parser) return <p class="reply reply--plain">{text}</p>;
  return (
    <div class={`reply ${writing ? "reply--writing" : ""}`}>
      {parser.blocksOf(text).map((block, index) => (
        <Block key={index} raw={block.raw} block={block} parser={parser} />
      ))}
    </div>
  );
});

/** What has been drawn stays as it is, so that a selection in it lasts while the reply goes on. */
function Block({ raw, block, parser }) {
  const element = useRef(null);
  useLayoutEffect(() => element.current.replaceChildren(parser.fragmentOf(block)), [raw, parser]);
  return <div class="reply__block" ref={element} />;
}
