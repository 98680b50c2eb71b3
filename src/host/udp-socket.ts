/** Opening the one UDP socket of a link, for both families where the kernel has both. */
import { createSocket, type Socket } from "node:dgram";
import { isIPv4 } from "node:net";
import { LinkOpenFailure, linkOpenReason } from "./link-open-failure.js";
import { asFamily, findAddress, type HostPort, type SocketFamily } from "./peer-addresses.js";

/** The kernel's buffer for what has come and was not yet read, in bytes. */
const receiveBufferBytes = 512 * 1024;

export interface OpenSocket {
  readonly socket: Socket;
  readonly family: SocketFamily;
}

/**
 * Opens a socket that serves both families, or IPv4 alone where there is no IPv6 or it is not
 * wanted. Rejects with a `LinkOpenFailure`.
 */
export async function openSocket(bind: HostPort, ipv6: boolean): Promise<OpenSocket> {
  if (!ipv6) return { socket: await bindSocket(bind, "udp4"), family: "udp4" };
  try {
    return { socket: await bindSocket(bind, "udp6"), family: "udp6" };
  } catch (error) {
    if (!(error instanceof LinkOpenFailure) || error.reason !== "no-ipv6") throw error;
    return { socket: await bindSocket(bind, "udp4"), family: "udp4" };
  }
}

async function bindSocket(bind: HostPort, family: SocketFamily): Promise<Socket> {
  try {
    const address = bindAddress(await findAddress(bind.address, family), family);
    const socket = createSocket({ type: family, lookup: alreadyAnAddress });
    await bound(socket, address, bind.port);
    return socket;
  } catch (error) {
    throw new LinkOpenFailure(bind, linkOpenReason(systemCode(error)), systemCode(error));
  }
}

/** An IPv4 socket stands in for all addresses where only IPv4 is left. */
function bindAddress(address: string, family: SocketFamily): string {
  if (family === "udp4" && address === "::") return "0.0.0.0";
  const fitting = asFamily(address, family);
  if (fitting !== null) return fitting;
  throw Object.assign(new Error("an IPv6 address without IPv6"), { code: "EADDRNOTAVAIL" });
}

function bound(socket: Socket, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      socket.close();
      reject(error);
    };
    socket.once("error", fail);
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off("error", fail);
      socket.setRecvBufferSize(receiveBufferBytes);
      resolve();
    });
  });
}

/** Node asks the resolver for every datagram, even for an address; this answers at once. */
function alreadyAnAddress(
  address: string,
  _options: unknown,
  answer: (error: null, address: string, family: number) => void,
): void {
  answer(null, address, isIPv4(address) ? 4 : 6);
}

/** The system's name of an error, for instance `EADDRINUSE`. */
export function systemCode(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : String(error);
}
