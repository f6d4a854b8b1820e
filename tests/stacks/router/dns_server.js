'use strict';

// A small DNS server on loopback, over UDP and TCP, whose answers are functions and may be changed while it runs.

const dgram = require('node:dgram');
const net = require('node:net');
const { once } = require('node:events');

const HEADER_BYTES = 12;
const POINTER_TO_QUESTION = Buffer.from([0xc0, HEADER_BYTES]);
const TYPE = { A: 1, CNAME: 5 };
const CODE = { SERVFAIL: 2, NXDOMAIN: 3 };

class DnsServer {
  /** Every query heard: { id, name, type, class, recursive, tcp }. */
  queries = [];
  /** query -> the packets to send back; for TCP the first one is sent. */
  answer = () => [];

  static async start(host = '127.0.0.1') {
    for (;;) {
      const server = new DnsServer();
      server.udp = dgram.createSocket(net.isIPv6(host) ? 'udp6' : 'udp4');
      server.udp.on('message', (packet, peer) => {
        for (const reply of server.#replies(packet, false)) server.udp.send(reply, peer.port, peer.address);
      });
      server.udp.bind(0, host);
      await once(server.udp, 'listening');
      const { port } = server.udp.address();
      server.address = net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
      server.tcp = net.createServer((socket) => server.#serve(socket)).listen(port, host);
      try {
        await once(server.tcp, 'listening');
        return server;
      } catch {
        server.udp.close(); // somebody else has that port for TCP: take another
      }
    }
  }

  stop() {
    this.udp.close();
    this.tcp.close();
  }

  #replies(packet, tcp) {
    const query = { ...decodeQuery(packet), tcp };
    this.queries.push(query);
    return this.answer(query);
  }

  #serve(socket) {
    let heard = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      heard = Buffer.concat([heard, chunk]);
      if (heard.length < 2 || heard.length < 2 + heard.readUInt16BE(0)) return;
      const [reply] = this.#replies(heard.subarray(2), true);
      socket.end(Buffer.concat([uint16(reply.length), reply]));
    });
  }
}

function decodeQuery(packet) {
  const labels = [];
  let offset = HEADER_BYTES;
  for (let length; (length = packet[offset]) > 0; offset += 1 + length) {
    labels.push(packet.toString('latin1', offset + 1, offset + 1 + length));
  }
  return {
    id: packet.readUInt16BE(0),
    recursive: (packet[2] & 1) === 1,
    name: labels.join('.'),
    type: packet.readUInt16BE(offset + 1),
    class: packet.readUInt16BE(offset + 3),
    question: packet.subarray(HEADER_BYTES, offset + 5),
  };
}

const uint16 = (number) => Buffer.from([number >> 8, number & 255]);

function uint32(number) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}

function encodeName(name) {
  const labels = name.split('.').map((label) => Buffer.from(label, 'latin1'));
  return Buffer.concat([...labels.flatMap((label) => [Buffer.from([label.length]), label]), Buffer.from([0])]);
}

/** A resource record; its owner is the name asked for unless given. */
function record({ type = TYPE.CNAME, class: ofClass = 1, ttl = 60, data, owner = POINTER_TO_QUESTION }) {
  return Buffer.concat([owner, uint16(type), uint16(ofClass), uint32(ttl), uint16(data.length), data]);
}

/** A whole reply to `query`. */
function reply(query, { records = [], code = 0, truncated = false, id = query.id, question = query.question } = {}) {
  const flags = Buffer.from([0x81 | (truncated ? 2 : 0), 0x80 | code]);
  return Buffer.concat([uint16(id), flags, uint16(1), uint16(records.length), uint32(0), question, ...records]);
}

/** Answers with one CNAME record. */
const cname =
  (host, ttl = 60) =>
  (query) => [reply(query, { records: [record({ ttl, data: encodeName(host) })] })];
/** Answers with an error. */
const failure = (code) => (query) => [reply(query, { code })];
/** Does not answer. */
const silence = () => [];

module.exports = { CODE, DnsServer, TYPE, cname, encodeName, failure, record, reply, silence };
