type Id = string | number;

/** What both generations of the official clients call a transport, as far as ids go. */
export interface Pipe {
  send(message: never, options?: never): Promise<void>;
  onmessage?: ((message: never, extra?: never) => void) | undefined;
}

interface Message {
  readonly id?: Id;
  readonly method?: string;
  readonly params?: { readonly requestId?: Id };
  readonly error?: { readonly code?: unknown };
}

/**
 * Gives the requests of one client ids that nobody else's have, on the way out, and the client's own back on the way in: two
 * clients that both count from 0 could not be told apart in anybody's log.
 */
export class Numbers {
  readonly #name: string;
  readonly #onAnswer: (id: string, code: number | null) => void;
  #count = 0;
  /** By the client's own id, as long as it may speak of the request. */
  readonly #sent = new Map<Id, string>();
  readonly #own = new Map<string, Id>();

  /** @param onAnswer hears of each answer: to which id, and the code when it is an error */
  constructor(name: string, onAnswer: (id: string, code: number | null) => void) {
    this.#name = name;
    this.#onAnswer = onAnswer;
  }

  /** Changes the transport itself: the SDKs look at what kind it is. */
  on<T extends Pipe>(transport: T): T {
    const pipe = transport as unknown as {
      send(message: unknown, options?: unknown): Promise<void>;
      onmessage?: (message: unknown, extra?: unknown) => void;
    };
    const send = pipe.send.bind(transport);
    let receive: typeof pipe.onmessage;
    pipe.send = (message, options) => send(this.#out(message as Message), options);
    Object.defineProperty(transport, "onmessage", {
      get: () => receive && ((message: unknown, extra: unknown) => receive?.(this.#in(message), extra)),
      set: (handler: typeof receive) => {
        receive = handler;
      },
    });
    return transport;
  }

  #out(message: Message): Message {
    if (message.method === "notifications/cancelled") return this.#cancellation(message);
    if (message.id === undefined || message.method === undefined) return message;
    const id = `${this.#name}-${++this.#count}`;
    this.#sent.set(message.id, id);
    this.#own.set(id, message.id);
    return { ...message, id };
  }

  #cancellation(message: Message): Message {
    const requestId = this.#sent.get(message.params?.requestId ?? "");
    return requestId === undefined ? message : { ...message, params: { ...message.params, requestId } };
  }

  #in(message: unknown): unknown {
    const { id, method, error } = message as Message;
    const own = method === undefined && typeof id === "string" ? this.#own.get(id) : undefined;
    if (own === undefined) return message;
    this.#own.delete(id as string);
    this.#sent.delete(own);
    this.#onAnswer(id as string, error === undefined ? null : Number(error.code));
    return { ...(message as Message), id: own };
  }
}
