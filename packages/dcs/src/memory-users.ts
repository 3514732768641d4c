import type { EtcdUser } from './dcs.js';
import { loginRefused, type EtcdEndpoint, type EtcdLogin } from './etcd-connection.js';
import { refused } from './memory-keys.js';

/** Who may do what in an etcd in memory. */
export class MemoryUsers {
  readonly #users = new Map<string, EtcdUser>();
  #isClosed = false;

  make(user: EtcdUser): void {
    this.#users.set(user.user, user);
  }

  close(): void {
    if (!this.#users.has('root')) throw refused('root user does not exist');
    this.#isClosed = true;
  }

  tryLogin(login: EtcdLogin): { readonly closed: boolean; readonly taken: boolean } {
    return { closed: this.#isClosed, taken: this.#isClosed && this.#takes(login) };
  }

  /**
   * Lets only those pass who may read and write all of these keys, or every key and user where none is named.
   *
   * @throws CodedError `ETCD_REFUSED`, `ETCD_LOGIN_REFUSED`.
   */
  require(login: EtcdLogin | undefined, endpoint: EtcdEndpoint, keys?: readonly string[]): void {
    if (!this.#isClosed) return;
    if (login === undefined) throw refused('user name is empty');
    if (!this.#takes(login)) throw loginRefused(endpoint, login.user);
    if (login.user === 'root') return;
    const folder = this.#users.get(login.user)?.folder;
    const isAllowed = folder !== undefined && keys?.every((key) => key.startsWith(`${folder}/`));
    if (!isAllowed) throw refused('permission denied');
  }

  #takes({ user, password }: EtcdLogin): boolean {
    return this.#users.get(user)?.password === password;
  }
}
