// Small line icons, drawn here so that nothing is loaded from elsewhere. All are decoration: the text beside them says it.
import type { ComponentChildren } from "preact";

function Icon(properties: { children: ComponentChildren; size?: number }) {
  const size = properties.size ?? 16;
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      {properties.children}
    </svg>
  );
}

/** The paths alone, for use inside another drawing. */
export const LOCK = "M4.5 7V5a3.5 3.5 0 0 1 7 0v2M3.5 7h9v6.5h-9z";
export const OPEN_LOCK = "M4.5 7V4.5a3.5 3.5 0 0 1 6.8-1.2M3.5 7h9v6.5h-9z";

export const LockIcon = (properties: { size?: number }) => <Icon {...properties}><path d={LOCK} /></Icon>;
export const OpenLockIcon = (properties: { size?: number }) => <Icon {...properties}><path d={OPEN_LOCK} /></Icon>;
export const SearchIcon = () => <Icon><circle cx="7" cy="7" r="4.5" /><path d="m10.5 10.5 3.5 3.5" /></Icon>;
export const CloseIcon = () => <Icon><path d="m4 4 8 8M12 4l-8 8" /></Icon>;
export const CopyIcon = () => <Icon><path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3" /></Icon>;
export const DownloadIcon = () => <Icon><path d="M8 2.5v8M4.5 7.5 8 11l3.5-3.5M3 13.5h10" /></Icon>;
export const SunIcon = () => <Icon><circle cx="8" cy="8" r="3" /><path d="M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9" /></Icon>;
export const MoonIcon = () => <Icon><path d="M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z" /></Icon>;
export const PauseIcon = () => <Icon><path d="M5.5 3.5v9M10.5 3.5v9" /></Icon>;
export const PlayIcon = () => <Icon><path d="M5 3.2v9.6L12.5 8z" /></Icon>;
export const WarningIcon = () => <Icon><path d="M8 2 1.5 13.5h13zM8 6.5v3.2M8 11.6v.1" /></Icon>;
export const CheckIcon = () => <Icon><path d="m3 8.5 3.2 3.2L13 4.5" /></Icon>;
export const PlusIcon = () => <Icon><path d="M8 3.5v9M3.5 8h9" /></Icon>;
export const MinusIcon = () => <Icon><path d="M3.5 8h9" /></Icon>;
export const FitIcon = () => <Icon><path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10" /></Icon>;
export const UpIcon = () => <Icon size={12}><path d="m4 10 4-4 4 4" /></Icon>;
export const DownIcon = () => <Icon size={12}><path d="m4 6 4 4 4-4" /></Icon>;

/** The mark: two warp threads, two weft threads that pass each other. */
export function Mark() {
  return (
    <svg class="mark" width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
      <rect class="mark-ground" width="32" height="32" rx="8" />
      <g fill="none" stroke-width="2.4" stroke-linecap="round">
        <path class="mark-warp" d="M10 6v20M22 6v20" />
        <path class="mark-weft-one" d="M5 12c6 0 5 8 11 8s5-8 11-8" />
        <path class="mark-weft-two" d="M5 20c6 0 5-8 11-8s5 8 11 8" />
      </g>
    </svg>
  );
}
