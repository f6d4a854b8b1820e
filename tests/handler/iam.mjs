// What stands in for IAM in the tests: PostgreSQL asks it, by LDAP, whether the password is a valid token. As in Aurora,
// the server does not know the password, and a refused token is SQLSTATE 28000.

import { createServer } from 'node:net';

import { token } from '../../src/stacks/handler/token.mjs';

const EXPIRES = 900_000;

// One element of BER at `at`: where its content begins and ends.
function element(bytes, at) {
  let length = bytes[at + 1];
  let from = at + 2;
  if (length & 0x80) {
    const count = length & 0x7f;
    length = bytes.readUIntBE(from, count);
    from += count;
  }
  return { from, to: from + length, content: bytes.subarray(from, from + length) };
}

export class Iam {
  // `credentials`: those that it knows; `region`: of the database.
  constructor(credentials, region) {
    Object.assign(this, { credentials, region, refused: 0, accepted: 0 });
    // Milliseconds that its clock is ahead of the handler's.
    this.ahead = 0;
  }

  async start() {
    this.server = createServer((socket) => {
      let bytes = Buffer.alloc(0);
      socket.on('error', () => {});
      socket.on('data', (more) => {
        bytes = Buffer.concat([bytes, more]);
        if (bytes.length < 6) return;
        const message = element(bytes, 0);
        if (bytes.length < message.to) return;
        this.answer(socket, bytes.subarray(message.from, message.to));
        bytes = bytes.subarray(message.to);
      });
    }).listen(0, '127.0.0.1');
    await new Promise((done) => this.server.once('listening', done));
    this.server.unref();
    return this.server.address().port;
  }

  // BindRequest: message id, [APPLICATION 0] { version, name, [0] password }. Whatever else ends the connection.
  answer(socket, message) {
    const id = element(message, 0);
    if (message[id.to] !== 0x60) return socket.end();
    const bind = element(message, id.to).content;
    const name = element(bind, element(bind, 0).to);
    const password = element(bind, name.to).content.toString();
    const fine = this.accepts(name.content.toString().replace(/^cn=/, ''), password);
    this[fine ? 'accepted' : 'refused'] += 1;
    const reply = Buffer.from([0x61, 7, 0x0a, 1, fine ? 0 : 49, 4, 0, 4, 0]);
    const whole = Buffer.concat([message.subarray(0, id.to), reply]);
    return socket.write(Buffer.concat([Buffer.from([0x30, whole.length]), whole]));
  }

  // Signed with the known credentials, for this user, not expired.
  accepts(user, text) {
    try {
      const url = new URL(`https://${text}`);
      const [, year, month, day, hour, minute, second] = /^(....)(..)(..)T(..)(..)(..)Z$/.exec(url.searchParams.get('X-Amz-Date'));
      const made = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
      const expected = token({ host: url.hostname, port: Number(url.port), user, region: this.region }, this.credentials, made);
      return text === expected && Date.now() + this.ahead < made.getTime() + EXPIRES;
    } catch {
      return false;
    }
  }
}
