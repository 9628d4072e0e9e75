import { useEffect, useMemo, useState } from "preact/hooks";
import { Actions } from "../actions/actions.jsx";
import { BoardContext, useApp, useBoard } from "../app/context.js";
import { paths } from "../app/router.js";
import { AssistantPanel } from "../assistant/panel.jsx";
import { ConnectionBanner } from "../connection/banner.jsx";
import { Panel } from "../panel/panel.jsx";
import { InviteDialog } from "../people/invite-dialog.jsx";
import { MembersDialog } from "../people/members-dialog.jsx";
import { SamplesBanner } from "../samples/banner.jsx";
import { StagesDialog } from "../stages/stages-dialog.jsx";
import { Table } from "../table/table.jsx";
import { text } from "../text/index.js";
import { Logo } from "../ui/icons.jsx";
import { Later } from "../ui/later.jsx";
import { ViewBar } from "../view/bar.jsx";
import { Board } from "./board.jsx";
import { openBoard } from "./model.js";
import { BoardOutline } from "./skeleton.jsx";
import { TopBar } from "./topbar.jsx";

const loadImport = () => import("../transfer/import-dialog.jsx");
const loadWebhooks = () => import("../webhooks/webhooks-dialog.jsx");

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
  const [dialog, setDialog] = useState(null); // "members" | "invite" | "stages" | "webhooks" | "import"
  const route = router.route.value;
  const loaded = board.loaded.value;
  const name = board.about.value?.name;
  useEffect(() => {
    if (name) document.title = `${name} · ${text.product}`;
  }, [name]);

  const assisted = loaded && board.assistant.open.value;
  const Layout = board.view.value.layout === "table" ? Table : Board;
  const covered = loaded && narrow.value && (route.client !== null || assisted); // by a sheet over everything

  return (
    <div class="workspace">
      <TopBar covered={covered} onDialog={setDialog} />
      {loaded && !covered && <SamplesBanner />}
      <ViewBar covered={covered} />
      <div class="workspace__body">
        {loaded ? <Layout opened={route.client} covered={covered} /> : <BoardOutline />}
        {loaded && route.client && !(assisted && narrow.value) && <Panel key={route.client} id={route.client} />}
        {assisted && <AssistantPanel />}
      </div>
      {!covered && <ConnectionBanner />}
      <p class="visually-hidden" aria-live="assertive">
        {board.announcement.value}
      </p>
      {loaded && <Actions onDialog={setDialog} />}
      {dialog === "members" && <MembersDialog onClose={() => setDialog(null)} onInvite={() => setDialog("invite")} />}
      {dialog === "invite" && <InviteDialog onClose={() => setDialog(null)} />}
      {dialog === "stages" && <StagesDialog onClose={() => setDialog(null)} />}
      {dialog === "webhooks" && <Later load={loadWebhooks} name="WebhooksDialog" onClose={() => setDialog(null)} />}
      {dialog === "import" && <Later load={loadImport} name="ImportDialog" onClose={() => setDialog(null)} />}
    </div>
  );
}

/** The board has ended for this person: removed, deleted, or signed out elsewhere. */
function Left({ why }) {
  return (
    <main class="notice">
      <Logo size={40} />
      <h1>{text.board.ended[why.reason]}</h1>
      <p role="alert">{text.board.endedWhy[why.reason] ?? why.message}</p>
      <a class="button button--primary" href={paths.home()}>
        {text.board.leave}
      </a>
    </main>
  );
}
