import { useState } from "preact/hooks";
import { useApp } from "../app/context.js";
import { chooseLanguage, language, LANGUAGES, text } from "../text/index.js";
import { Avatar } from "../ui/avatar.jsx";
import { ExitIcon, GlobeIcon, KeyIcon, ShieldIcon } from "../ui/icons.jsx";
import { Later } from "../ui/later.jsx";
import { Menu } from "../ui/menu.jsx";
import { signOut } from "./leaving.jsx";
import { TokensDialog } from "./tokens-dialog.jsx";

const loadSecurity = () => import("./security-dialog.jsx");

/** One's own account, wherever one is. `items` are what the place adds. */
export function AccountMenu({ items = [] }) {
  const app = useApp();
  const [dialog, setDialog] = useState(null);
  const { user } = app.session.state.value;
  if (!user) return null;
  const own = [
    { label: text.tokens.title, icon: <KeyIcon />, run: () => setDialog("tokens"), divided: items.length > 0 },
    { label: text.menu.security, icon: <ShieldIcon />, run: () => setDialog("security") },
    ...Object.entries(LANGUAGES).map(([key, label], index) => ({
      label,
      lang: key,
      icon: <GlobeIcon />,
      checked: key === language,
      run: () => chooseLanguage(key),
      divided: index === 0,
    })),
    { label: text.menu.signOut, icon: <ExitIcon />, run: () => signOut(app), divided: true },
  ];
  const heading = (
    <>
      <strong>{user.name}</strong>
      <span>{user.email}</span>
    </>
  );
  return (
    <>
      <Menu
        label={text.menu.account}
        class="account"
        button={<Avatar id={user.id} name={user.name} title="" />}
        heading={heading}
        items={[...items, ...own]}
      />
      {dialog === "tokens" && <TokensDialog onClose={() => setDialog(null)} />}
      {dialog === "security" && <Later load={loadSecurity} name="SecurityDialog" onClose={() => setDialog(null)} />}
    </>
  );
}
