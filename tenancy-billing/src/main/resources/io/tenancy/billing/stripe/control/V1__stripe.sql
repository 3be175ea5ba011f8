-- Draws fences: of two that look something up at Stripe and store it, the one that looked later has the higher one.
create sequence stripe_fence;

-- What this installation is called on whatever it makes at Stripe.
create table stripe_installation (
  one boolean primary key default true check (one),
  name text not null
);

-- Which account of Stripe the tenants are customers of.
create table stripe_account (
  livemode boolean primary key,
  account text not null,
  since timestamptz not null
);

create table stripe_customer (
  tenant_id uuid not null,
  livemode boolean not null,
  -- Raised when the customer was deleted at Stripe; the next one is made with another key.
  generation integer not null default 1,
  -- Null until it was made.
  customer text unique,
  -- What is charged; null where there is none.
  payment_method text,
  -- The same as JSON, for people.
  card text,
  fence bigint not null default 0,
  created_at timestamptz not null,
  primary key (tenant_id, livemode)
);

-- Who tenants were at Stripe before they were deleted there; what they paid still comes in.
create table stripe_former_customer (
  customer text primary key,
  tenant_id uuid not null
);

-- What was asked of Stripe, stored before it was asked: Stripe forgets keys after a day, this does not.
create table stripe_request (
  -- That of billing's request.
  key uuid not null,
  -- A refund can need more than one.
  part integer not null default 1,
  tenant_id uuid not null,
  kind text not null check (kind in ('COLLECT', 'REFUND')),
  customer text not null,
  payment_method text,
  -- Of a refund: the payment that is paid back.
  intent text,
  currency text not null,
  -- In Stripe's units.
  amount bigint not null check (amount > 0),
  first_asked_at timestamptz not null,
  -- With how many keys.
  tries integer not null default 1,
  -- When it was looked for last what Stripe made of it; null when that never was.
  looked_at timestamptz,
  -- Of the payment or refund at Stripe; null while it is not known.
  object text unique,
  status text,
  primary key (key, part)
);
create index stripe_request_intent on stripe_request (intent) where intent is not null;

create table stripe_checkout (
  id uuid primary key,
  tenant_id uuid not null,
  livemode boolean not null,
  kind text not null check (kind in ('SAVE', 'PAY')),
  invoice_id uuid,
  currency text,
  amount bigint,
  -- Null until it was made.
  session text unique,
  -- The payment that was begun on it.
  intent text,
  url text,
  -- What was left on it to be charged, and when it was typed.
  method text,
  method_at timestamptz,
  state text not null check (state in ('OPEN', 'COMPLETE', 'EXPIRED')),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  -- When the comparison looked it up last; null when it never did.
  looked_at timestamptz
);
create index stripe_checkout_method on stripe_checkout (tenant_id, method_at) where method is not null;
create index stripe_checkout_open on stripe_checkout (tenant_id, invoice_id) where state = 'OPEN';

-- What was seen last of each thing at Stripe.
create table stripe_object (
  id text primary key,
  kind text not null,
  livemode boolean not null,
  tenant_id uuid,
  fence bigint not null,
  status text not null,
  currency text,
  amount bigint,
  -- Of a refund: the payment that is paid back.
  intent text,
  created_at timestamptz,
  seen_at timestamptz not null
);
create index stripe_object_kind on stripe_object (kind, created_at);
create index stripe_object_intent on stripe_object (intent) where intent is not null;

create table stripe_event (
  id text primary key,
  type text not null,
  -- What is looked up: what it is about, or whose that is.
  object_kind text,
  object text,
  customer text,
  -- A connected account; null for the key's own.
  account text,
  livemode boolean not null,
  -- Null for thin events, which have none.
  api_version text,
  created_at timestamptz not null,
  received_at timestamptz not null,
  body text not null,
  state text not null check (state in ('WAITING', 'DONE', 'PARKED')),
  -- Why it is parked or waits, or what came of it.
  note text,
  tenant_id uuid,
  -- Since when it waits: since it came, or was played again last.
  waits_since timestamptz not null,
  attempts integer not null default 0,
  next_at timestamptz,
  -- Who works on it, until next_at.
  lease uuid,
  ended_at timestamptz,
  -- Who had it played again last, when and why.
  replayed text,
  check ((state = 'WAITING') = (next_at is not null)),
  check ((state = 'WAITING') = (ended_at is null)),
  check (lease is null or state = 'WAITING')
);
create index stripe_event_waiting on stripe_event (next_at, id) where state = 'WAITING';
create index stripe_event_object on stripe_event (object) where state = 'WAITING';
create index stripe_event_parked on stripe_event (received_at, id) where state = 'PARKED';
create index stripe_event_ended on stripe_event (ended_at) where state <> 'WAITING';
create index stripe_event_received on stripe_event (received_at);

-- What differs between both sides and is for somebody to look at.
create table stripe_finding (
  id uuid primary key,
  kind text not null,
  -- What it is about: an id at Stripe or here.
  subject text not null,
  tenant_id uuid,
  detail text not null,
  found_at timestamptz not null,
  seen_at timestamptz not null,
  times integer not null default 1,
  resolved_at timestamptz,
  actor text,
  reason text,
  check ((resolved_at is null) = (actor is null))
);
create unique index stripe_finding_open on stripe_finding (kind, subject) where resolved_at is null;
create index stripe_finding_resolved on stripe_finding (resolved_at) where resolved_at is not null;

-- Up to when something was compared.
create table stripe_cursor (
  name text primary key,
  at timestamptz not null
);

create table stripe_job (
  task_name text not null,
  task_instance text not null,
  task_data bytea,
  execution_time timestamptz not null,
  picked boolean not null,
  picked_by text,
  last_success timestamptz,
  last_failure timestamptz,
  consecutive_failures int,
  last_heartbeat timestamptz,
  version bigint not null,
  priority smallint,
  primary key (task_name, task_instance)
);
create index stripe_job_execution on stripe_job (execution_time);
create index stripe_job_heartbeat on stripe_job (last_heartbeat);

-- Reconciliation: which run is under way, what the last ones came to.
create table stripe_reconciliation (
  one boolean primary key default true check (one),
  holder uuid,
  held_until timestamptz,
  began_at timestamptz,
  finished_at timestamptz,
  looked_at integer not null default 0,
  repaired integer not null default 0,
  reported integer not null default 0,
  settled integer not null default 0,
  -- Why the last one did not come to its end; null when it did.
  note text,
  -- Tenants after this one have their customers looked up next.
  customers_after uuid
);
insert into stripe_reconciliation default values;

-- What a run saw at Stripe, so that it need not look up one by one what billing has.
create table stripe_compared (
  run uuid not null,
  id text not null,
  primary key (run, id)
);

create index stripe_finding_subject on stripe_finding (subject, kind);

-- Usage that is told to Stripe too: of whom.
create table stripe_usage_tenant (
  tenant_id uuid primary key,
  enabled boolean not null,
  changed_at timestamptz not null,
  actor text not null,
  reason text not null
);

-- Up to which hour it is stored what is told; a row for each stretch of time in which it is told.
create table stripe_usage_progress (
  tenant_id uuid not null,
  metric text not null,
  -- The first hour that is told.
  since timestamptz not null,
  -- The first hour that is not stored yet.
  until timestamptz not null,
  -- The first hour that is not told any more; null while it is.
  ends_at timestamptz,
  -- When it was looked for usage that came in late.
  late_at timestamptz not null,
  primary key (tenant_id, metric, since)
);
create index stripe_usage_progress_until on stripe_usage_progress (until);
create index stripe_usage_progress_late_at on stripe_usage_progress (late_at);

-- What is told, stored before it is told.
create table stripe_usage_event (
  id text primary key,
  tenant_id uuid not null,
  metric text not null,
  hour timestamptz not null,
  -- 1 for what was known when the hour was over, 2 and more for what came in later.
  part integer not null,
  meter text not null,
  value numeric not null check (value > 0),
  state text not null check (state in ('WAITING', 'TOLD', 'GIVEN_UP')),
  -- When it was told first without an answer that says that it was not taken; null when there is no such time.
  tried_at timestamptz,
  next_at timestamptz,
  ended_at timestamptz,
  -- What Stripe said when it did not take it.
  note text,
  unique (tenant_id, metric, hour, part),
  check ((state = 'WAITING') = (next_at is not null))
);
create index stripe_usage_event_waiting on stripe_usage_event (next_at, tenant_id) where state = 'WAITING';
create index stripe_usage_event_old on stripe_usage_event (hour) where state <> 'WAITING';

-- What was given up of a tenant's metric since somebody looked at it last, for the finding that says so.
create table stripe_usage_given_up (
  tenant_id uuid not null,
  metric text not null,
  -- Whether Stripe may have taken it.
  unknown boolean not null,
  hours bigint not null,
  value numeric not null,
  first_hour timestamptz not null,
  last_hour timestamptz not null,
  primary key (tenant_id, metric, unknown)
);
