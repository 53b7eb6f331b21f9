// What part of the map is in view. Fits the whole map until the reader zooms or drags; then stays where it was put.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Point } from "../layout/curve";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const PADDING = 36;
const LARGEST_SCALE = 1.15;
const READABLE_SCALE = 0.75;
const ZOOM_STEP = 1.25;

interface Size {
  width: number;
  height: number;
}

/**
 * The smallest view of the frame's shape that holds the content, but never larger than life. With an anchor (what the
 * reader chose) it stays large enough to read, and shows what is around the anchor when not all fits.
 */
export function fitted(content: Size, frame: Size, anchor?: Point): Box {
  const whole = { width: content.width + 2 * PADDING, height: content.height + 2 * PADDING };
  const scale = Math.min(LARGEST_SCALE, frame.width / whole.width, frame.height / whole.height);
  const used = anchor ? Math.max(scale, READABLE_SCALE) : scale;
  const view = { width: frame.width / used, height: frame.height / used };
  return {
    x: placed(content.width, view.width, anchor?.x),
    y: placed(content.height, view.height, anchor?.y),
    ...view,
  };
}

/** One side of the view: the content in the middle if it fits, else the anchor, without going beyond the content. */
function placed(content: number, view: number, anchor: number | undefined): number {
  if (anchor === undefined || content + 2 * PADDING <= view) return (content - view) / 2;
  return Math.min(Math.max(anchor - view / 2, -PADDING), content + PADDING - view);
}

/** Zooms about a point, given as share of the view. */
export function zoomed(view: Box, factor: number, at: { x: number; y: number }): Box {
  const width = view.width / factor;
  const height = view.height / factor;
  return { x: view.x + (view.width - width) * at.x, y: view.y + (view.height - height) * at.y, width, height };
}

export function useCamera(content: Size, anchor: Point | undefined) {
  const frame = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 1000, height: 560 });
  const [chosen, setChosen] = useState<Box>();
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      if (width > 0 && height > 0) setSize({ width, height });
    });
    observer.observe(frame.current!);
    return () => observer.disconnect();
  }, []);
  const view = chosen ?? fitted(content, size, anchor);
  const zoom = (factor: number, at = { x: 0.5, y: 0.5 }) => {
    const next = zoomed(view, factor, at);
    if (next.width > 120 && next.width < 60_000) setChosen(next);
  };
  const onWheel = (event: WheelEvent) => {
    event.preventDefault();
    const box = frame.current!.getBoundingClientRect();
    zoom(event.deltaY < 0 ? 1.1 : 1 / 1.1, { x: (event.clientX - box.x) / box.width, y: (event.clientY - box.y) / box.height });
  };
  useWheel(frame, onWheel);
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0 || (event.target as Element).closest("[data-key]")) return;
    const start = { x: event.clientX, y: event.clientY };
    const scale = view.width / frame.current!.getBoundingClientRect().width;
    const move = (now: PointerEvent) => setChosen({ ...view, x: view.x - (now.clientX - start.x) * scale, y: view.y - (now.clientY - start.y) * scale });
    const up = () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", up);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", up);
  };
  return { frame, view, onPointerDown, fitted: chosen === undefined && anchor === undefined, fit: () => setChosen(anchor ? fitted(content, size) : undefined), zoomIn: () => zoom(ZOOM_STEP), zoomOut: () => zoom(1 / ZOOM_STEP) };
}

/** The browser scrolls the page on a wheel unless the listener says beforehand that it may be stopped. */
function useWheel(frame: { current: HTMLDivElement | null }, listener: (event: WheelEvent) => void): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const element = frame.current!;
    const onWheel = (event: WheelEvent) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) latest.current(event);
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, []);
}
