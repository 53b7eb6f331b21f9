// The hooks through which the page sees the world: live data, the address, the time, the theme.
import { useEffect, useState } from "preact/hooks";
import { formatAddress, parseAddress, type Address } from "../data/address";
import type { Live, Poller } from "./poller";

export function useLive(poller: Poller): Live {
  const [live, setLive] = useState(poller.current());
  useEffect(() => poller.subscribe(setLive), [poller]);
  return live;
}

/** The address and the way to change it. Choosing a page or a selection can be undone with Back; typing cannot. */
export function useAddress(): [Address, (change: Partial<Address>) => void] {
  const [address, setAddress] = useState(() => parseAddress(location.hash));
  useEffect(() => {
    const read = () => setAddress(parseAddress(location.hash));
    addEventListener("hashchange", read);
    return () => removeEventListener("hashchange", read);
  }, []);
  const change = (part: Partial<Address>) => {
    const next = { ...parseAddress(location.hash), ...part };
    const hash = formatAddress(next);
    if ("search" in part && !("page" in part)) history.replaceState(null, "", hash);
    else if (hash !== location.hash) history.pushState(null, "", hash);
    setAddress(next);
  };
  return [address, change];
}

/** The time, once a second, so that ages stay true even when nothing answers. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export type Theme = "light" | "dark";
const THEME_KEY = "heddle.theme";

/** The reader's choice, else the system's; the choice is kept in this browser only. */
export function useTheme(): [Theme, () => void] {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const [chosen, setChosen] = useState<Theme | undefined>(storedTheme);
  const [dark, setDark] = useState(system.matches);
  useEffect(() => {
    const changed = (event: MediaQueryListEvent) => setDark(event.matches);
    system.addEventListener("change", changed);
    return () => system.removeEventListener("change", changed);
  }, []);
  const theme = chosen ?? (dark ? "dark" : "light");
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);
  const toggle = () => {
    const next = theme === "dark" ? "light" : "dark";
    setChosen(next);
    storeTheme(next);
  };
  return [theme, toggle];
}

function storedTheme(): Theme | undefined {
  try {
    const value = localStorage.getItem(THEME_KEY);
    return value === "light" || value === "dark" ? value : undefined;
  } catch {
    return undefined; // Storage can be switched off; then the system's choice counts.
  }
}

function storeTheme(theme: Theme): void {
  try {
    localStorage.setItem(THEME_KEY, theme);
  } catch {
    // Storage can be switched off; the choice then lasts as long as the page.
  }
}

/** "/" goes to the search field, 1 to 3 to a page, Escape closes what is open. Keys typed into a field are the field's. */
export function useKeys(actions: { page: (index: number) => void; escape: () => void }): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target as HTMLElement;
      if (event.key === "Escape") {
        target.blur();
        actions.escape();
        return;
      }
      if (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
      if (event.key === "/") {
        event.preventDefault();
        document.querySelector<HTMLInputElement>("[data-search]")?.focus();
      } else if (/^[1-3]$/.test(event.key)) {
        actions.page(Number(event.key) - 1);
      }
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });
}
