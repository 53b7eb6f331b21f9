// What every page is given.
import type { Address } from "../data/address";
import type { Live } from "./poller";

export interface PageProperties {
  live: Live;
  now: number;
  address: Address;
  change: (part: Partial<Address>) => void;
}
