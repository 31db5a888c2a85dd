-- A plain double-entry ledger, written for this measurement only: two accounts locked in order, two
-- balances, one transfer, two entries with the balance before and after; keys are text that begins
-- with the time, as pgledger's are. No signature, no chain.

CREATE FUNCTION plain_id(kind text) RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT kind || '_' || lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
    || right(replace(gen_random_uuid()::text, '-', ''), 20)
$$;

CREATE TABLE plain_account (
  id text PRIMARY KEY,
  balance numeric NOT NULL DEFAULT 0,
  version bigint NOT NULL DEFAULT 0,
  may_be_negative boolean NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE plain_transfer (
  id text PRIMARY KEY DEFAULT plain_id('transfer'),
  source text NOT NULL REFERENCES plain_account (id),
  target text NOT NULL REFERENCES plain_account (id),
  amount numeric NOT NULL CHECK (amount > 0),
  made_at timestamptz NOT NULL DEFAULT now(),
  CHECK (source <> target)
);
CREATE INDEX ON plain_transfer (source);
CREATE INDEX ON plain_transfer (target);

CREATE TABLE plain_entry (
  id text PRIMARY KEY DEFAULT plain_id('entry'),
  account text NOT NULL REFERENCES plain_account (id),
  transfer text NOT NULL REFERENCES plain_transfer (id),
  amount numeric NOT NULL,
  balance_before numeric NOT NULL,
  balance_after numeric NOT NULL,
  version bigint NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON plain_entry (account);
CREATE INDEX ON plain_entry (transfer);

CREATE FUNCTION plain_create_transfer(source text, target text, amount numeric) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  payer plain_account;
  payee plain_account;
  made text;
BEGIN
  PERFORM 1 FROM plain_account a WHERE a.id = least(source, target) FOR UPDATE;
  PERFORM 1 FROM plain_account a WHERE a.id = greatest(source, target) FOR UPDATE;
  UPDATE plain_account a SET balance = a.balance - amount, version = a.version + 1, updated_at = now()
  WHERE a.id = source RETURNING * INTO payer;
  IF payer.balance < 0 AND NOT payer.may_be_negative THEN
    RAISE EXCEPTION 'account % holds too little', source;
  END IF;
  UPDATE plain_account a SET balance = a.balance + amount, version = a.version + 1, updated_at = now()
  WHERE a.id = target RETURNING * INTO payee;
  INSERT INTO plain_transfer (source, target, amount) VALUES (source, target, amount)
  RETURNING id INTO made;
  INSERT INTO plain_entry (account, transfer, amount, balance_before, balance_after, version)
  VALUES
    (source, made, -amount, payer.balance + amount, payer.balance, payer.version),
    (target, made, amount, payee.balance - amount, payee.balance, payee.version);
  RETURN made;
END
$$;

INSERT INTO plain_account (id, may_be_negative) SELECT 'account_' || n, true FROM generate_series(1, 32) AS n;
