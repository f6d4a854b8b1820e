-- The reference handler's table, and what the handler's user may do with it: made once, on the primary, as DDL is not
-- forwarded. Every statement may be run again. ${user}: the stack's DatabaseUser, lower case, digits and underscores.
CREATE TABLE IF NOT EXISTS public.orders (
  id uuid PRIMARY KEY,
  idempotency_key text NOT NULL UNIQUE,
  body jsonb NOT NULL,
  request_hash text NOT NULL,
  region text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  seq bigint GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX IF NOT EXISTS orders_seq ON public.orders (seq);
GRANT SELECT, INSERT ON public.orders TO ${user};
