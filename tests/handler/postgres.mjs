// Real PostgreSQL servers for the tests: one primary, and a streaming replica on another loopback address with the same
// port. In a temporary folder, as an ordinary user, because PostgreSQL refuses to run as root.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DEBIAN = '/usr/lib/postgresql';

// The folder of the programs, the newest that there is; undefined where PostgreSQL is not installed.
export function programs() {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(DEBIAN, version, 'bin')), ...(process.env.PATH ?? '').split(':')];
  return folders.find((folder) => ['initdb', 'postgres', 'psql', 'pg_basebackup'].every((name) => existsSync(join(folder, name))));
}

// Why the tests cannot run on this machine; undefined where they can.
export function unavailable() {
  if (!programs()) return 'PostgreSQL is not installed (apt-get install postgresql)';
  // Elsewhere 127.0.0.2 is no address of the machine's own.
  if (process.platform !== 'linux') return 'the addresses of the test servers exist on Linux only';
  return spawnSync('openssl', ['version']).status === 0 ? undefined : 'openssl is not installed';
}

// Who runs the servers: another user where the tests run as root.
function owner() {
  if (process.getuid() !== 0) return {};
  const entries = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':'));
  const [, , uid, gid] = entries.find(([name]) => name === 'postgres') ?? entries.find(([name]) => name === 'nobody');
  return { uid: Number(uid), gid: Number(gid) };
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

// A certificate authority, and a certificate of its own for the names.
export function authority(folder, name, names) {
  const at = (file) => join(folder, `${name}-${file}`);
  const openssl = (...args) => execFileSync('openssl', args, { stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  openssl('req', '-x509', ...key, '-subj', `/CN=${name} authority`, '-keyout', at('ca.key'), '-out', at('ca.pem'));
  openssl('req', '-x509', ...key, '-subj', `/CN=${name}`, '-CA', at('ca.pem'), '-CAkey', at('ca.key'),
    '-addext', `subjectAltName=${names.map((name) => `DNS:${name}`).join()}`, '-addext', 'basicConstraints=critical,CA:FALSE',
    '-keyout', at('server.key'), '-out', at('server.pem'));
  return { ca: at('ca.pem'), key: at('server.key'), certificate: at('server.pem') };
}

export class Postgres {
  constructor() {
    this.bin = programs();
    this.owner = owner();
    this.folder = mkdtempSync(join(tmpdir(), 'handler-'));
    this.servers = new Map();
    process.on('exit', () => this.stop());
  }

  program(name, args, options = {}) {
    return execFileSync(join(this.bin, name), args, { ...this.owner, stdio: 'pipe', cwd: '/', encoding: 'utf8', ...options });
  }

  // `hba`: the lines for connections over TCP. Superusers come by the socket in the folder, without a password.
  async start({ port, hba, settings, tls }) {
    Object.assign(this, { port });
    this.data = join(this.folder, 'primary');
    for (const path of [this.folder, tls.key, tls.certificate]) this.give(path);
    this.program('initdb', ['-D', this.data, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C', '--no-instructions']);
    writeFileSync(join(this.data, 'pg_hba.conf'), `local all all trust\nlocal replication all trust\n${hba}\n`);
    writeFileSync(join(this.data, 'postgresql.auto.conf'), Object.entries({
      port, unix_socket_directories: `'${this.folder}'`, fsync: 'off', shared_buffers: '32MB', wal_level: 'replica',
      ssl: 'on', ssl_key_file: `'${tls.key}'`, ssl_cert_file: `'${tls.certificate}'`, log_min_messages: 'warning', ...settings,
    }).map(([name, value]) => `${name} = ${value}\n`).join(''));
    await this.run('primary', '127.0.0.1', this.folder);
  }

  // A replica of it, on 127.0.0.2.
  async replicate() {
    const folder = join(this.folder, 'replica-socket');
    mkdirSync(folder);
    this.give(folder);
    this.program('pg_basebackup', ['-h', this.folder, '-p', String(this.port), '-U', 'postgres', '-D', join(this.folder, 'replica'),
      '--checkpoint=fast', '--no-sync', '-R']);
    await this.run('replica', '127.0.0.2', folder);
  }

  give(path) {
    if (this.owner.uid !== undefined) chownSync(path, this.owner.uid, this.owner.gid);
  }

  // The server of that name, until it takes connections.
  async run(name, address, socket) {
    const args = ['-D', join(this.folder, name), '-c', `listen_addresses=${address}`, '-c', `unix_socket_directories=${socket}`];
    const server = spawn(join(this.bin, 'postgres'), args, { ...this.owner, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    server.stderr.on('data', (text) => { said += text; });
    const ended = new Promise((done) => server.once('exit', done));
    this.servers.set(name, { server, ended, socket, address });
    for (;;) {
      if (server.exitCode !== null) throw new Error(`PostgreSQL did not start:\n${said}`);
      try {
        this.sql('SELECT 1', name, 'postgres');
        return;
      } catch {
        await new Promise((done) => setTimeout(done, 20));
      }
    }
  }

  // As a superuser, on the server of that name.
  sql(text, name = 'primary', database = 'app') {
    const { socket } = this.servers.get(name);
    return this.program('psql', ['-h', socket, '-p', String(this.port), '-U', 'postgres', '-d', database, '-AtXq', '-v', 'ON_ERROR_STOP=1', '-c', text]).trim();
  }

  // A psql of the superuser, to be written to.
  session() {
    const args = ['-h', this.folder, '-p', String(this.port), '-U', 'postgres', '-d', 'app', '-AtXq', '-v', 'ON_ERROR_STOP=1'];
    return spawn(join(this.bin, 'psql'), args, { ...this.owner, cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] });
  }

  // Fast: sessions are ended, with 57P01.
  async halt(name) {
    const { server, ended } = this.servers.get(name);
    server.kill('SIGINT');
    await ended;
  }

  stop() {
    for (const { server } of this.servers.values()) if (server.exitCode === null) server.kill('SIGQUIT');
    this.servers.clear();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
