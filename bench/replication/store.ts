/** What is measured, of any system: a write of a value that is durable when it is answered. */
export interface Store {
  /** Rejects where it was refused, or nobody knows what became of it. */
  put(key: string, value: Uint8Array): Promise<void>;
  close(): void;
}

/** @param targets where members listen; connections are spread over them in turn */
export type OpenStore = (targets: readonly string[], connections: number) => Promise<Store>;

/** Clients that share a connection, in all systems alike. */
export const clientsPerConnection = 16;

/** Each of the same size as in the figures of etcd that we are compared with. */
export const valueBytes = 100;

/** So many keys are written over and over. */
export const keys = 1_000;
