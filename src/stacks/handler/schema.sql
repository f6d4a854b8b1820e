-- The handler's table and its user, made once, on the primary: DDL is not forwarded. Each statement may be repeated.
-- An empty line ends each, for those who can send one statement at a time only. ${user}: the name of the database user,
-- the stack's DatabaseUser: lower case, digits and underscores.
CREATE TABLE IF NOT EXISTS orders (
  id uuid PRIMARY KEY,
  idempotency_key text NOT NULL UNIQUE,
  body jsonb NOT NULL,
  request_hash text NOT NULL,
  region text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  seq bigint GENERATED ALWAYS AS IDENTITY
);

CREATE INDEX IF NOT EXISTS orders_seq ON orders (seq);

DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '${user}') THEN CREATE USER ${user}; END IF;
END $$;

-- From now on it signs in with IAM tokens alone. Only Aurora has this role.
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'rds_iam') THEN GRANT rds_iam TO ${user}; END IF;
END $$;

GRANT SELECT, INSERT ON orders TO ${user};
