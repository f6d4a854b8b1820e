// What a failure of the database means: whether another try can help, whether the other way to the writer may, and
// whether a write may have been done. Codes: SQLSTATE, or Node's own for sockets and names (aws-facts-2 §19.4, §19.5).

const GONE = new Set([
  'ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH',
  'ENETUNREACH', 'EADDRNOTAVAIL',
  // PostgreSQL: an administrator or a crash ended the session, or the server is starting or stopping.
  '57P01', '57P02', '57P03',
  // PostgreSQL: it does not know whether the statement was completed.
  '40003',
]);
// What PostgreSQL has against a statement, its values, its rights or the moment: then nothing of it is done.
const OF_STATEMENT = /^(0A|22|23|28|40|42|53|25006|3D000)/;
const READ_ONLY = '25006';
// Of those of certificates: nobody whom Node trusts has signed it.
const AUTHORITY = /SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/;
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/;

// A word for the log and for whoami: what is wrong, without names or values.
export function kindOf(error) {
  const code = String(error.code ?? '');
  if (code === READ_ONLY) return 'read-only';
  if (CERTIFICATE.test(code)) return 'certificate';
  if (code.startsWith('28') || code === 'NOCREDENTIALS') return 'sign-in';
  if (code.startsWith('53')) return 'full';
  if (code === '57014' || error.late) return 'slow';
  if (GONE.has(code) || code.startsWith('08')) return 'gone';
  if (code === '42P01' || code === '42501' || code === '3D000') return 'schema';
  if (code === '40001' || code === '40P01') return 'conflict';
  // Of a forward that fails no code is documented (aws-facts-2 §19.4). The link to the writer is Aurora's: where it
  // breaks, this socket lives, and the statement may be done.
  if (error.forwarded && !OF_STATEMENT.test(code)) return 'gone';
  // pg has no code for a socket that ended in the middle.
  return /^[0-9A-Z]{5}$/.test(code) ? 'refused' : 'gone';
}

// Worth one more try on a new connection, with the name resolved anew. Not a certificate or a schema: those stay as
// they are. Not a statement that the server found too slow, whose second try would double the load: unless there was no
// answer at all, which is how a host that died, or a Region without its writer, looks.
export function canRetry(error) {
  const kind = kindOf(error);
  return ['read-only', 'gone', 'sign-in', 'full', 'conflict'].includes(kind) || Boolean(error.late);
}

// The other endpoint may be where the writer is: this one refused the write, or nobody answered there.
export const isElsewhere = (error) => kindOf(error) === 'read-only' || !error.sent;

// Whether the statement may have been committed all the same. Not where it was never sent, and not where PostgreSQL
// said what it had against it. A session that ended, or no answer in time, says nothing about the commit.
export function mayBeDone(error) {
  return Boolean(error.sent) && ['gone', 'slow'].includes(kindOf(error));
}

// For the log: what an operator does about a certificate that was refused. Nothing for any other failure.
export function advice(failures, { ca, region }) {
  const refused = failures.find(({ kind }) => kind === 'certificate');
  if (refused?.code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return "The certificate is for another name than the endpoint's. READER_ENDPOINT and WRITER_ENDPOINT must be the cluster's own endpoints.";
  }
  if (!AUTHORITY.test(refused?.code)) return undefined;
  const bundle = `${region}-bundle.pem from truststore.pki.rds.amazonaws.com`;
  if (ca) return `The file that DATABASE_CA names lacks the authority of the certificate. Replace it by ${bundle}.`;
  return `The function does not trust the authority of the certificate. NODE_EXTRA_CA_CERTS must be /var/runtime/ca-cert.pem. `
    + `In a new Region, that file may get the authorities of RDS up to 4 weeks late. `
    + `Until then, add ${bundle} to the function's package, and set DATABASE_CA to the path of the file.`;
}

// For people, and for clients: what is wrong and who may change it.
export function sentence(kind) {
  switch (kind) {
    case 'read-only':
      return 'The database takes no writes at the moment. The writer may be moving to another Region.';
    case 'certificate':
      return "The handler could not verify the database's certificate. The log says what an operator must do.";
    case 'sign-in':
      return 'The database refused the handler. An operator must look at its user and its permissions.';
    case 'full':
      return 'The database has no free connection at the moment.';
    case 'slow':
      return 'The database did not answer in time.';
    case 'schema':
      return 'The database is not set up for the handler yet: the table, the user or a right is missing.';
    case 'conflict':
      return 'The database was changed by others at the same moment.';
    case 'refused':
      return 'The database refused the statement. The log has the reason.';
    default:
      return 'The database cannot be reached at the moment.';
  }
}
