import { useState } from "preact/hooks";
import { useBoard } from "../app/context.js";
import { text } from "../text/index.js";
import { Avatar } from "../ui/avatar.jsx";
import { Dialog } from "../ui/dialog.jsx";
import { Fault } from "../ui/fault.jsx";
import { ChevronIcon, LinkIcon } from "../ui/icons.jsx";
import { Sure } from "../ui/sure.jsx";

const RANK = { owner: 0, admin: 1, editor: 2, viewer: 3 };

export function MembersDialog({ onClose, onInvite }) {
  const board = useBoard();
  const [error, setError] = useState(null);
  const members = [...board.members.value.values()].sort(
    (a, b) => RANK[a.role] - RANK[b.role] || a.name.localeCompare(b.name),
  );
  const attempt = (answered) => {
    setError(null);
    answered.catch(setError);
  };
  return (
    <Dialog title={text.members.title} onClose={onClose}>
      <p class="dialog__lead">{text.members.lead(members.length)}</p>
      <Fault error={error} />
      <ul class="members" role="list">
        {members.map((member) => (
          <Member key={member.user_id} member={member} attempt={attempt} />
        ))}
      </ul>
      {board.canManage.value && (
        <button type="button" class="button" onClick={onInvite}>
          <LinkIcon /> {text.members.invite}
        </button>
      )}
    </Dialog>
  );
}

function Member({ member, attempt }) {
  const board = useBoard();
  const { user_id: id, name, email, role } = member;
  const isMe = id === board.me.value?.id;
  const mayManage = board.canManage.value && (role !== "owner" || board.role.value === "owner");
  const roles = Object.keys(RANK).filter((key) => key !== "owner" || board.role.value === "owner");
  return (
    <li class="member">
      <Avatar id={id} name={name} title="" />
      <span class="member__who">
        <strong>{isMe ? `${name} (${text.presence.you})` : name}</strong>
        <span>{email}</span>
      </span>
      {mayManage ? (
        <span class="choice member__role">
          <select
            class="property__input choice__select"
            aria-label={text.members.role(name)}
            value={role}
            onChange={(event) => attempt(board.changeRole(id, event.currentTarget.value))}
          >
            {roles.map((key) => (
              <option key={key} value={key}>
                {text.roles[key]}
              </option>
            ))}
          </select>
          <ChevronIcon size={14} />
        </span>
      ) : (
        <span class="badge">{text.roles[role]}</span>
      )}
      {(mayManage || isMe) && (
        <Sure
          label={isMe ? text.members.leave : text.members.remove(name)}
          short={isMe ? text.members.leaveShort : text.members.removeShort}
          question={isMe ? text.members.sureLeave : text.members.sure}
          onSure={() => attempt(board.removeMember(id))}
        />
      )}
    </li>
  );
}
