// A TCP relay before a server, on a loopback address of its own with the same port: silent, broken or gone at will.

import { connect, createServer } from 'node:net';

export class Relay {
  constructor(address, port, target) {
    Object.assign(this, { address, port, target });
    // pass; hold: nothing comes through, nobody is told; mute: what the server answers does not come back.
    this.mode = 'pass';
    this.pairs = new Set();
  }

  async start() {
    this.server = createServer((near) => this.join(near)).listen(this.port, this.address);
    await new Promise((done) => this.server.once('listening', done));
    this.server.unref();
    return this;
  }

  join(near) {
    const far = connect(this.port, this.target);
    const pair = { near, far };
    this.pairs.add(pair);
    near.on('data', (bytes) => {
      if (this.mode === 'hold') return;
      far.write(bytes);
      this.passed?.(bytes);
    });
    far.on('data', (bytes) => this.mode === 'pass' && near.write(bytes));
    for (const [one, other] of [[near, far], [far, near]]) {
      one.on('error', () => {});
      one.on('close', () => {
        this.pairs.delete(pair);
        if (this.mode === 'pass') other.destroy();
      });
    }
  }

  // Ends what is open, with RST.
  reset() {
    for (const { near, far } of this.pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
  }

  // Takes nobody in.
  close() {
    this.server.close();
    this.reset();
  }
}
