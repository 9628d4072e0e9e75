import { useEffect } from "preact/hooks";
import { LeavingDialog } from "../account/leaving.jsx";
import { BoardScreen } from "../board/board-screen.jsx";
import { InviteScreen } from "../entry/invite.jsx";
import { SignIn } from "../entry/sign-in.jsx";
import { Splash, Unreachable } from "../entry/splash.jsx";
import { Workspaces } from "../entry/workspaces.jsx";
import { text } from "../text/index.js";
import { Toasts } from "../ui/toasts.jsx";
import { useApp } from "./context.js";

export function App() {
  const { toasts } = useApp();
  return (
    <>
      <Screen />
      <LeavingDialog />
      <Toasts toasts={toasts} />
    </>
  );
}

/** Who somebody is comes before where they want to go; the address is kept for afterwards. */
function Screen() {
  const { session, router } = useApp();
  const { status, user } = session.state.value;
  const route = router.route.value;
  useEffect(() => {
    if (route.name !== "board") document.title = text.product;
  }, [route.name]);
  if (status === "starting") return <Splash board={route.name === "board"} />;
  if (status === "unreachable") return <Unreachable />;
  if (status === "out") return <SignIn invited={route.name === "invite"} />;
  if (route.name === "board") return <BoardScreen key={`${user.id}/${route.workspace}`} workspace={route.workspace} />;
  if (route.name === "invite") return <InviteScreen key={route.code} code={route.code} />;
  return <Workspaces key={user.id} />;
}
