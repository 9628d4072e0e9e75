import { useEffect, useMemo, useState } from "preact/hooks";
import { BoardContext, useApp, useBoard } from "../app/context.js";
import { paths } from "../app/router.js";
import { Panel } from "../panel/panel.jsx";
import { InviteDialog } from "../people/invite-dialog.jsx";
import { MembersDialog } from "../people/members-dialog.jsx";
import { text } from "../text/index.js";
import { Logo } from "../ui/icons.jsx";
import { Board } from "./board.jsx";
import { openBoard } from "./model.js";
import { BoardOutline } from "./skeleton.jsx";
import { TopBar } from "./topbar.jsx";

export function BoardScreen({ workspace }) {
  const app = useApp();
  const board = useMemo(() => openBoard({ ...app, workspace }), []);
  useEffect(() => () => board.close(), []);
  if (board.ended.value) return <Left why={board.ended.value} />;
  return (
    <BoardContext.Provider value={board}>
      <OpenBoard />
    </BoardContext.Provider>
  );
}

function OpenBoard() {
  const board = useBoard();
  const { narrow, router } = useApp();
  const [dialog, setDialog] = useState(null); // "members" | "invite"
  const route = router.route.value;
  const loaded = board.loaded.value;
  const name = board.about.value?.name;
  useEffect(() => {
    if (name) document.title = `${name} · ${text.product}`;
  }, [name]);

  const covered = loaded && route.client !== null && narrow.value; // the panel is a sheet over everything

  return (
    <div class="workspace">
      <TopBar covered={covered} onMembers={() => setDialog("members")} onInvite={() => setDialog("invite")} />
      <div class="workspace__body">
        {loaded ? <Board opened={route.client} covered={covered} /> : <BoardOutline />}
        {loaded && route.client && <Panel key={route.client} id={route.client} />}
      </div>
      <p class="visually-hidden" aria-live="assertive">
        {board.announcement.value}
      </p>
      {dialog === "members" && <MembersDialog onClose={() => setDialog(null)} onInvite={() => setDialog("invite")} />}
      {dialog === "invite" && <InviteDialog onClose={() => setDialog(null)} />}
    </div>
  );
}

/** The board has ended for this person: removed, deleted, or signed out elsewhere. */
function Left({ why }) {
  return (
    <main class="notice">
      <Logo size={40} />
      <h1>{text.board.ended[why.reason]}</h1>
      <p role="alert">{why.message}</p>
      <a class="button button--primary" href={paths.home()}>
        {text.board.leave}
      </a>
    </main>
  );
}
