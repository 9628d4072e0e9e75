// Replies are Markdown by a model that has read what people wrote: nothing in them is trusted. marked parses, HTML in
// the text stays text, and DOMPurify lets through a short list of elements. Loaded when the first reply is shown.
import DOMPurify from "dompurify";
import { Marked } from "marked";

const TAGS = [
  ...["p", "br", "hr", "strong", "em", "del", "code", "pre", "blockquote", "h3", "ul", "ol", "li", "a"],
  ...["table", "thead", "tbody", "tr", "th", "td"],
];
const LINK = /^(?:https?:\/\/|mailto:)/i;

const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    html: ({ text }) => escaped(text),
    heading(token) {
      return `<h3>${this.parser.parseInline(token.tokens)}</h3>`;
    },
    // A picture would be fetched from wherever the text says.
    image: ({ text, href }) => escaped(text || href),
    checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
  },
});

const purifier = DOMPurify(window);
purifier.addHook("afterSanitizeAttributes", (element) => {
  if (element.tagName !== "A") return;
  if (!LINK.test(element.getAttribute("href") ?? "")) return element.removeAttribute("href");
  element.setAttribute("target", "_blank");
  element.setAttribute("rel", "noopener noreferrer");
});

/** The text's blocks as marked's tokens: each has its source as `raw`, so that only a block that grew is drawn anew. */
export function blocksOf(text) {
  return marked.lexer(text).filter(({ type }) => type !== "space" && type !== "def");
}

/** One block as a DocumentFragment. */
export function fragmentOf(block) {
  return purifier.sanitize(marked.parser([block]), {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ["href", "start"],
    ALLOWED_URI_REGEXP: LINK,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
}

function escaped(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
