import { useApp } from "../app/context.js";
import { text } from "../text/index.js";
import { Dialog } from "../ui/dialog.jsx";

/** Signs out; who would lose changes by it is asked first. */
export async function signOut({ leaving, session }) {
  const unsent = await session.unsent();
  if (unsent > 0) leaving.value = unsent;
  else await session.signOut();
}

export function LeavingDialog() {
  const { leaving, session } = useApp();
  if (leaving.value === 0 || session.state.value.status !== "in") return null;
  const words = text.leaving;
  const stay = () => (leaving.value = 0);
  const leave = () => {
    stay();
    session.signOut();
  };
  return (
    <Dialog title={words.title} onClose={stay}>
      <p class="dialog__lead">{words.lead(leaving.value)}</p>
      <div class="dialog__actions">
        <button type="button" class="button button--quiet" onClick={stay}>
          {words.stay}
        </button>
        <button type="button" class="button button--danger" onClick={leave}>
          {words.leave}
        </button>
      </div>
    </Dialog>
  );
}
