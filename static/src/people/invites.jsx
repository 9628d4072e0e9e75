import { useEffect } from "preact/hooks";
import { useApp, useBoard } from "../app/context.js";
import { formatDate } from "../format/dates.js";
import { text } from "../text/index.js";
import { Fault } from "../ui/fault.jsx";
import { useListing } from "../ui/listing.js";
import { Sure } from "../ui/sure.jsx";

/** The invites that somebody may still accept. `made` is the newest one made here, so that it is listed as well. */
export function Invites({ made }) {
  const board = useBoard();
  const { clock } = useApp();
  const invites = useListing(board.invites);
  useEffect(() => {
    if (made) invites.reload();
  }, [made]);
  const words = text.inviting;
  const open = invites.items?.filter(
    ({ accepted_at: accepted, expires_at: until }) => !accepted && Date.parse(until) > clock.now(),
  );

  const revoke = (id) => board.revokeInvite(id).then(invites.reload, invites.reload);

  if (!invites.error && !open?.length) return null;
  return (
    <section class="dialog__section" aria-label={words.open}>
      <h3>{words.open}</h3>
      <Fault error={invites.error} onRetry={invites.reload} />
      <ul class="rows" role="list">
        {open?.map((invite) => (
          <li class="row" key={invite.id}>
            <span class="row__text">
              <strong>{invite.email ?? words.anyone}</strong>
              <span>{[text.roles[invite.role], words.expires(formatDate(invite.expires_at))].join(" · ")}</span>
            </span>
            <Sure
              label={words.revoke(invite.email ?? words.anyone)}
              short={words.revokeShort}
              question={words.sure}
              onSure={() => revoke(invite.id)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
