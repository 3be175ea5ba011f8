-- What billing keeps. Invoices, the ledger and records outlive tenants, so they refer to none. Amounts are in the smallest
-- unit of their currency.

-- Up to which import of the catalogue its prices were taken over.
create table billing_catalogue (
  one boolean primary key default true check (one),
  revision bigint not null,
  currency text
);

insert into billing_catalogue (revision) values (0);

-- Of a plan's sale, what may change: family, rank, trial, support, dunning.
create table billing_plan (
  code text primary key,
  rank integer not null,
  content text not null
);

-- Terms never change. NEGOTIATED: agreed with one tenant, for a plan that is on request.
create table billing_terms (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('PLAN', 'ADD_ON', 'NEGOTIATED')),
  code text not null,
  version integer not null check (version >= 1),
  name text not null,
  expires_after_days integer,
  content text not null,
  content_hash text not null,
  revision bigint not null,
  -- Who agreed it, and why; null for the others: who imported them is with their revision.
  actor text,
  reason text,
  check ((actor is null) = (reason is null))
);

create unique index billing_terms_version on billing_terms (kind, code, version) where kind <> 'NEGOTIATED';

-- Who is billed for a tenant. Locked by all that changes what the tenant owes, so that it happens one after the other.
create table billing_account (
  tenant_id uuid primary key,
  seller text not null,
  provider text not null,
  buyer text not null,
  -- The tenant's own time, in a sandbox; null for real time.
  frozen_at timestamptz,
  created_at timestamptz not null
);

-- Who changed something about how a tenant is billed, and why.
create table billing_account_record (
  id bigint generated always as identity primary key,
  tenant_id uuid not null,
  recorded_at timestamptz not null,
  kind text not null,
  detail text not null,
  actor text not null,
  reason text not null
);

create index billing_account_record_tenant on billing_account_record (tenant_id, id);

create table subscription (
  id uuid primary key,
  tenant_id uuid not null,
  phase text not null,
  status text not null,
  plan text not null,
  -- When something is due by itself; null for never.
  next_at timestamptz,
  version bigint not null,
  -- What it last made of its tenant; a status that somebody else set stays.
  tenant_status text,
  -- JSON with a format of its own.
  state text not null,
  fault text,
  created_at timestamptz not null
);

create unique index subscription_tenant on subscription (tenant_id) where phase <> 'ENDED';
create index subscription_of_tenant on subscription (tenant_id);
create index subscription_next_at on subscription (next_at) where next_at is not null;

-- What became of subscriptions, and what they were worth from then on.
create table subscription_record (
  id bigint generated always as identity primary key,
  subscription_id uuid not null,
  tenant_id uuid not null,
  at timestamptz not null,
  recorded_at timestamptz not null,
  kind text not null,
  detail text not null,
  phase text not null,
  status text not null,
  plan text not null,
  rank integer not null,
  currency text not null,
  monthly bigint not null,
  actor text not null,
  reason text not null,
  sandbox boolean not null
);

create index subscription_record_subscription on subscription_record (subscription_id, id);
create index subscription_record_at on subscription_record (at, id);

-- Which periods a tenant had: quotas and usage ask for them. Each counts from its instant on, up to the next one.
create table billing_schedule (
  tenant_id uuid not null,
  since timestamptz not null,
  anchor timestamp not null,
  zone text not null,
  unit text not null,
  count integer not null,
  primary key (tenant_id, since)
);

create table invoice_series (
  seller text not null,
  series text not null,
  next bigint not null,
  primary key (seller, series)
);

create table invoice (
  id uuid primary key,
  tenant_id uuid not null,
  subscription_id uuid,
  seller text not null,
  series text,
  number bigint,
  number_text text,
  status text not null check (status in ('DRAFT', 'OPEN', 'PAID', 'VOID', 'UNCOLLECTIBLE')),
  currency text not null,
  subtotal bigint not null,
  discount bigint not null,
  tax bigint not null,
  total bigint not null,
  credited bigint not null default 0,
  paid bigint not null default 0,
  credit_noted bigint not null default 0,
  tax_noted bigint not null default 0,
  due bigint not null default 0,
  -- JSON with a format of its own: lines, seller, buyer, discounts.
  content text not null,
  created_at timestamptz not null,
  finalise_at timestamptz,
  finalised_at timestamptz,
  due_at timestamptz not null,
  paid_at timestamptz,
  -- When the payment provider is asked; null for never.
  collect_at timestamptz,
  sandbox boolean not null,
  -- Who made it and why; of a draft that was discarded, who did that.
  actor text not null,
  reason text not null,
  unique (seller, series, number),
  -- VOID without a number: discarded while it was a draft.
  check (case status when 'DRAFT' then number is null when 'VOID' then true else number is not null end),
  check ((number is null) = (finalised_at is null)),
  check (due >= 0),
  check (status <> 'PAID' or due = 0)
);

create index invoice_tenant on invoice (tenant_id, created_at);
create index invoice_finalise_at on invoice (finalise_at) where status = 'DRAFT';
create index invoice_collect_at on invoice (collect_at) where collect_at is not null;
create index invoice_due_at on invoice (due_at) where status = 'OPEN';

create function keep_final_invoice() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  if tg_op = 'DELETE' then
    if old.status <> 'DRAFT' then
      raise exception 'Invoice % is final and is kept for ever; correct it with a credit note', coalesce(old.number_text, old.id::text)
        using errcode = 'restrict_violation';
    end if;
    return old;
  end if;
  if old.status <> 'DRAFT' and
     (new.id, new.tenant_id, new.subscription_id, new.seller, new.series, new.number, new.number_text, new.currency,
      new.subtotal, new.discount, new.tax, new.total, new.content, new.created_at, new.finalised_at,
      new.due_at, new.sandbox, new.actor, new.reason)
     is distinct from
     (old.id, old.tenant_id, old.subscription_id, old.seller, old.series, old.number, old.number_text, old.currency,
      old.subtotal, old.discount, old.tax, old.total, old.content, old.created_at, old.finalised_at,
      old.due_at, old.sandbox, old.actor, old.reason) then
    raise exception 'Invoice % is final and does not change; correct it with a credit note',
      coalesce(old.number_text, old.id::text) using errcode = 'restrict_violation';
  end if;
  -- Credit that comes later pays more of it, and what was paid is not taken back from it.
  if old.status <> 'DRAFT' and new.credited < old.credited then
    raise exception 'Invoice % is final and the credit that it used stays; correct it with a credit note',
      coalesce(old.number_text, old.id::text) using errcode = 'restrict_violation';
  end if;
  if old.status <> 'DRAFT' and new.status = 'DRAFT' then
    raise exception 'Invoice % is final and is no draft again', coalesce(old.number_text, old.id::text)
      using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;

create trigger invoice_final before update or delete on invoice for each row execute function keep_final_invoice();

create trigger invoice_not_truncated before truncate on invoice
  for each statement execute function refuse_change_of_record();

create table credit_note (
  id uuid primary key,
  tenant_id uuid not null,
  invoice_id uuid not null references invoice (id),
  seller text not null,
  series text not null,
  number bigint not null,
  number_text text not null,
  actor text not null,
  reason text not null,
  currency text not null,
  net bigint not null,
  tax bigint not null,
  total bigint not null check (total > 0),
  issued_at timestamptz not null,
  unique (seller, series, number)
);

create index credit_note_invoice on credit_note (invoice_id);

create trigger credit_note_append_only before update or delete or truncate on credit_note
  for each statement execute function refuse_change_of_record();

-- The books. Debits are positive, credits negative; each transaction comes to zero in each currency.
create table ledger_transaction (
  id bigint generated always as identity primary key,
  tenant_id uuid not null,
  kind text not null,
  -- What it books, such as invoice:<id>; nothing is booked twice.
  reference text not null unique,
  at timestamptz not null,
  recorded_at timestamptz not null,
  actor text not null,
  reason text not null,
  sandbox boolean not null
);

create index ledger_transaction_tenant on ledger_transaction (tenant_id, id);

create table ledger_entry (
  transaction_id bigint not null references ledger_transaction (id),
  position smallint not null,
  account text not null
    check (account in ('RECEIVABLE', 'CASH', 'DISPUTED', 'CREDIT', 'GIFT', 'REVENUE', 'DISCOUNT', 'TAX', 'WRITE_OFF', 'PROMOTION')),
  tenant_id uuid not null,
  invoice_id uuid,
  currency text not null,
  amount bigint not null check (amount <> 0),
  primary key (transaction_id, position)
);

create index ledger_entry_account on ledger_entry (tenant_id, account, currency) include (amount);
create index ledger_entry_invoice on ledger_entry (invoice_id) where invoice_id is not null;

-- All entries of a transaction come in one statement, and come to zero; so nothing can be added to one afterwards.
create function require_balance() returns trigger language plpgsql set search_path = pg_catalog as $$
declare
  faulty bigint;
begin
  select transaction_id into faulty from (
    select e.transaction_id, e.currency from tenancy_control.ledger_entry e
    where e.transaction_id in (select transaction_id from added)
    group by e.transaction_id, e.currency having sum(e.amount) <> 0
  ) unbalanced limit 1;
  if found then
    raise exception 'Ledger transaction % does not come to zero', faulty using errcode = 'check_violation';
  end if;
  select e.transaction_id into faulty from tenancy_control.ledger_entry e
  where e.transaction_id in (select transaction_id from added)
    and not exists (select 1 from added a where a.transaction_id = e.transaction_id and a.position = e.position) limit 1;
  if found then
    raise exception 'Ledger transaction % has all of its entries already', faulty using errcode = 'check_violation';
  end if;
  return null;
end
$$;

create trigger ledger_entry_balance after insert on ledger_entry referencing new table as added
  for each statement execute function require_balance();

create trigger ledger_entry_append_only before update or delete or truncate on ledger_entry
  for each statement execute function refuse_change_of_record();

create trigger ledger_transaction_append_only before update or delete or truncate on ledger_transaction
  for each statement execute function refuse_change_of_record();

create trigger billing_account_record_append_only before update or delete or truncate on billing_account_record
  for each statement execute function refuse_change_of_record();

create trigger subscription_record_append_only before update or delete or truncate on subscription_record
  for each statement execute function refuse_change_of_record();

-- What was asked of a payment provider. Its id is the provider's idempotency key.
create table payment_attempt (
  id uuid primary key,
  tenant_id uuid not null,
  invoice_id uuid references invoice (id),
  kind text not null check (kind in ('COLLECT', 'REFUND')),
  provider text not null,
  currency text not null,
  amount bigint not null check (amount > 0),
  state text not null check (state in ('STARTED', 'SUCCEEDED', 'PENDING', 'DECLINED', 'DROPPED')),
  reference text,
  code text,
  message text,
  final boolean not null default false,
  started_at timestamptz not null,
  ended_at timestamptz,
  -- When the provider is asked, or asked again; null once the outcome is known.
  ask_at timestamptz,
  -- How often it was asked, or about to be.
  asks integer not null default 0,
  -- How often of these the provider said that it did nothing.
  busy integer not null default 0
);

create index payment_attempt_ask_at on payment_attempt (ask_at) where ask_at is not null;
create index payment_attempt_invoice on payment_attempt (invoice_id, started_at);
create unique index payment_attempt_open on payment_attempt (invoice_id) where kind = 'COLLECT' and state in ('STARTED', 'PENDING');

-- Money that came or went.
create table payment (
  id uuid primary key,
  tenant_id uuid not null,
  invoice_id uuid references invoice (id),
  provider text not null,
  reference text not null,
  currency text not null,
  -- Negative for money that was paid back.
  amount bigint not null check (amount <> 0),
  at timestamptz not null,
  recorded_at timestamptz not null,
  actor text not null,
  reason text not null,
  unique (provider, reference)
);

create index payment_tenant on payment (tenant_id, at);
create index payment_invoice on payment (invoice_id);

-- Payments that their payers dispute: the provider took the money back, for now or for good.
create table payment_dispute (
  id uuid primary key,
  provider text not null,
  -- Names it at the provider.
  dispute text not null,
  tenant_id uuid not null,
  payment_id uuid not null references payment (id),
  currency text not null,
  amount bigint not null check (amount > 0),
  state text not null check (state in ('OPEN', 'WON', 'LOST')),
  -- How often something was booked for it.
  turns integer not null,
  at timestamptz not null,
  recorded_at timestamptz not null,
  ended_at timestamptz,
  actor text not null,
  reason text not null,
  unique (provider, dispute),
  check ((state = 'OPEN') = (ended_at is null))
);

create index payment_dispute_tenant on payment_dispute (tenant_id, recorded_at);
create index payment_dispute_payment on payment_dispute (payment_id);

create table dunning (
  invoice_id uuid primary key references invoice (id),
  tenant_id uuid not null,
  subscription_id uuid,
  policy text not null,
  zone text not null,
  started_at timestamptz not null,
  step integer not null,
  next_at timestamptz,
  standing text not null,
  retries boolean not null,
  state text not null check (state in ('ACTIVE', 'RESOLVED', 'EXHAUSTED')),
  ended_at timestamptz
);

create index dunning_next_at on dunning (next_at) where state = 'ACTIVE';
create index dunning_tenant on dunning (tenant_id) where state = 'ACTIVE';

create table billing_notice (
  id bigint generated always as identity primary key,
  key text not null unique,
  tenant_id uuid not null,
  kind text not null,
  content text not null,
  created_at timestamptz not null,
  next_at timestamptz,
  told_at timestamptz,
  attempts integer not null default 0,
  fault text
);

create index billing_notice_next_at on billing_notice (next_at) where next_at is not null;
create index billing_notice_tenant on billing_notice (tenant_id, id);

create table coupon (
  code text primary key,
  name text not null,
  share numeric,
  currency text,
  amount bigint,
  periods integer check (periods >= 1),
  plans text[] not null,
  redeem_by timestamptz,
  max_redemptions integer check (max_redemptions >= 1),
  redemptions integer not null default 0,
  offered boolean not null default true,
  created_at timestamptz not null,
  check ((share is null) <> (amount is null)),
  check ((currency is null) = (amount is null)),
  check (max_redemptions is null or redemptions <= max_redemptions)
);

create table coupon_redemption (
  coupon text not null references coupon (code),
  tenant_id uuid not null,
  subscription_id uuid not null,
  at timestamptz not null,
  primary key (coupon, tenant_id)
);

-- Of db-scheduler, which says what its columns are for.
create table billing_job (
  task_name text not null,
  task_instance text not null,
  task_data bytea,
  execution_time timestamptz not null,
  picked boolean not null,
  picked_by text,
  last_success timestamptz,
  last_failure timestamptz,
  consecutive_failures integer,
  last_heartbeat timestamptz,
  version bigint not null,
  priority smallint,
  primary key (task_name, task_instance)
);

create index billing_job_execution_time on billing_job (execution_time);
create index billing_job_last_heartbeat on billing_job (last_heartbeat);
