/**
 * The 40-pin header, the same on every Pi since the 1B+: which line is on which pin, and what else
 * each can be. GPIO0 and GPIO1 are not in it: they read the memory of a HAT at boot.
 *
 * Source: Raspberry Pi documentation, "GPIO and the 40-pin header"; BCM2835 ARM Peripherals,
 * section 6.2; RP1 Peripherals, section 3.1.1.
 */

export interface HeaderPin {
  /** Of the chip; on the header it is called GPIO<line>. */
  readonly line: number;
  /** From 1 to 40. */
  readonly physical: number;
  /** What else the pin is when a driver or an overlay takes it. */
  readonly others: readonly string[];
}

const pin = (line: number, physical: number, ...others: readonly string[]): HeaderPin => ({
  line,
  physical,
  others,
});

/** PWM where the hardware has a channel; both chips have I2C, SPI, UART and PCM in these places. */
export const header: readonly HeaderPin[] = [
  pin(2, 3, "I2C1 SDA"),
  pin(3, 5, "I2C1 SCL"),
  pin(4, 7, "GPCLK0", "1-Wire"),
  pin(5, 29),
  pin(6, 31),
  pin(7, 26, "SPI0 CE1"),
  pin(8, 24, "SPI0 CE0"),
  pin(9, 21, "SPI0 MISO"),
  pin(10, 19, "SPI0 MOSI"),
  pin(11, 23, "SPI0 SCLK"),
  pin(12, 32, "PWM"),
  pin(13, 33, "PWM"),
  pin(14, 8, "UART0 TXD"),
  pin(15, 10, "UART0 RXD"),
  pin(16, 36, "SPI1 CE2"),
  pin(17, 11, "SPI1 CE1"),
  pin(18, 12, "PWM", "PCM CLK", "SPI1 CE0"),
  pin(19, 35, "PWM", "PCM FS", "SPI1 MISO"),
  pin(20, 38, "PCM DIN", "SPI1 MOSI"),
  pin(21, 40, "PCM DOUT", "SPI1 SCLK"),
  pin(22, 15),
  pin(23, 16),
  pin(24, 18),
  pin(25, 22),
  pin(26, 37),
  pin(27, 13),
];

/** GPIO17, and the words by which others know it: 17, BCM17, P1-11. */
export const namesOf = ({ line, physical }: HeaderPin) => ({
  name: `GPIO${line}`,
  aliases: [`${line}`, `BCM${line}`, `P1-${physical}`],
});
