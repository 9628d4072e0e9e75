import { useApp } from "../app/context.js";
import { text } from "../text/index.js";
import { AutoIcon, MoonIcon, SunIcon } from "../ui/icons.jsx";
import { Menu } from "../ui/menu.jsx";

const ICONS = { auto: <AutoIcon />, light: <SunIcon />, dark: <MoonIcon /> };

export function ThemeMenu() {
  const { theme } = useApp();
  const current = theme.current.value;
  const items = Object.entries(text.menu.themes).map(([key, label]) => ({
    label,
    icon: ICONS[key],
    checked: key === current,
    run: () => theme.choose(key),
  }));
  return <Menu label={text.menu.theme} button={ICONS[current]} items={items} />;
}
