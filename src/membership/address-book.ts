/** Where members are. Two names at one address are possible for a while; the later one holds it. */

export interface Place {
  readonly address: string;
  /** The member says so itself; else its frames were seen to come from there. */
  readonly declared: boolean;
}

export class AddressBook {
  readonly #places = new Map<number, Place>();
  readonly #holders = new Map<string, number>();

  placeOf(number: number): Place | null {
    return this.#places.get(number) ?? null;
  }

  addressOf(number: number): string | null {
    return this.#places.get(number)?.address ?? null;
  }

  /** Who has last been put at the address. */
  holderOf(address: string): number | null {
    return this.#holders.get(address) ?? null;
  }

  put(number: number, place: Place): void {
    this.delete(number);
    this.#places.set(number, place);
    this.#holders.set(place.address, number);
  }

  delete(number: number): void {
    const place = this.#places.get(number);
    if (place === undefined) return;
    this.#places.delete(number);
    if (this.#holders.get(place.address) === number) this.#holders.delete(place.address);
  }
}
