/** What avr8js wants to know of an interrupt; it keeps the type to itself. */
export interface AVRInterruptConfig {
  /** The word address of its vector; the lower one is the more urgent. */
  readonly address: number;
  readonly enableRegister: number;
  readonly enableMask: number;
  readonly flagRegister: number;
  readonly flagMask: number;
  /** It stays pending while its cause does, and no handler's start takes the flag away. */
  readonly constant?: boolean;
}
