-- What tenants used. Names of producers and keys compare byte by byte: the order is the same on every server, and cheap.

create table usage_metric (
  name text collate "C" primary key,
  unit text not null,
  aggregation text not null,
  unique_property text,
  created_at timestamptz not null default clock_timestamp()
);

-- Which events are known. Hash partitions, because a unique index on a table partitioned by time would have to contain
-- the time, and an event told again with another time would count twice.
-- kind: R record, C correction, X retraction, A awaited (a correction was told before the record that it corrects).
create table usage_key (
  tenant_id uuid not null,
  source text collate "C" not null,
  key text collate "C" not null,
  kind "char" not null check (kind in ('R', 'C', 'X', 'A')),
  -- First half of the SHA-256 of the event's content; null while awaited.
  content uuid,
  occurred_at timestamptz not null,
  primary key (tenant_id, source, key),
  check ((kind = 'A') = (content is null))
) partition by hash (key);

do $do$
begin
  for remainder in 0..7 loop
    execute format('create table usage_key_%s partition of usage_key for values with (modulus 8, remainder %s)',
      remainder, remainder);
  end loop;
end $do$;

-- Keys come in roughly in the order of their times, and are removed by month.
create index usage_key_occurred_at on usage_key using brin (occurred_at);

create table usage_event (
  tenant_id uuid not null,
  metric text collate "C" not null,
  occurred_at timestamptz not null,
  source text collate "C" not null,
  key text collate "C" not null,
  quantity numeric not null check (quantity >= 0),
  received_at timestamptz not null,
  -- A JSON object of strings; null where there are none.
  properties text
) partition by range (occurred_at);

create index usage_event_tenant on usage_event (tenant_id, metric, occurred_at);

-- Corrections and retractions lie in the month of the record that they change, and go with it.
create table usage_change (
  tenant_id uuid not null,
  metric text collate "C" not null,
  original_at timestamptz not null,
  source text collate "C" not null,
  key text collate "C" not null,
  reference text collate "C" not null,
  kind "char" not null check (kind in ('C', 'X')),
  quantity numeric not null check (quantity >= 0),
  occurred_at timestamptz not null,
  received_at timestamptz not null,
  properties text
) partition by range (original_at);

create index usage_change_tenant on usage_change (tenant_id, metric, original_at);
create index usage_change_reference on usage_change (tenant_id, source, reference);

-- Corrections and retractions whose record was not told yet.
create table usage_pending (
  tenant_id uuid not null,
  source text collate "C" not null,
  key text collate "C" not null,
  reference text collate "C" not null,
  metric text collate "C" not null,
  kind "char" not null check (kind in ('C', 'X')),
  quantity numeric not null,
  occurred_at timestamptz not null,
  received_at timestamptz not null,
  properties text,
  primary key (tenant_id, source, key)
);

create index usage_pending_reference on usage_pending (tenant_id, source, reference);

create table usage_rejected (
  id bigint generated always as identity primary key,
  tenant_id uuid not null,
  source text collate "C" not null,
  key text collate "C" not null,
  content uuid not null,
  metric text not null,
  kind "char" not null,
  reference text,
  quantity numeric not null,
  occurred_at timestamptz not null,
  properties text,
  reason text not null,
  rejected_at timestamptz not null,
  -- How often it was told.
  times bigint not null default 1,
  unique (tenant_id, source, key, content)
);

-- span: h hour, d day (UTC), p billing period. aggregation: S sum, C count, M max, L last, U unique.
create table usage_rollup (
  tenant_id uuid not null,
  metric text collate "C" not null,
  span "char" not null,
  start timestamptz not null,
  until timestamptz not null,
  aggregation "char" not null,
  -- How many records count; 0 where all were retracted.
  events bigint not null,
  value numeric,
  last_at timestamptz,
  last_source text collate "C",
  last_key text collate "C",
  primary key (tenant_id, metric, span, start)
) with (fillfactor = 70);

-- Which values a metric of aggregation U has seen, and in how many records that count.
create table usage_member (
  tenant_id uuid not null,
  metric text collate "C" not null,
  span "char" not null,
  start timestamptz not null,
  until timestamptz not null,
  member text collate "C" not null,
  events bigint not null,
  primary key (tenant_id, metric, span, start, member)
) with (fillfactor = 70);

-- From when on events, keys, hours and members are kept.
create table usage_kept (
  one boolean primary key default true check (one),
  since timestamptz not null
);

insert into usage_kept (since) values ('-infinity');

-- The platform login owns nothing, so it makes and drops months through these two. They act as the owner, with a fixed
-- search path, and nobody may call them but who is granted it.
create function usage_add_month(month date) returns boolean
  language plpgsql security definer
  set search_path = pg_catalog, tenancy_control, pg_temp
  set lock_timeout = '5s'
as $body$
declare
  first date := date_trunc('month', month)::date;
  starts timestamptz := first::timestamp at time zone 'UTC';
  ends timestamptz := (first + interval '1 month') at time zone 'UTC';
  parent text;
  child text;
  added boolean := false;
begin
  perform pg_advisory_xact_lock(hashtext('tenancy.usage.months'));
  foreach parent in array array['usage_event', 'usage_change'] loop
    child := parent || to_char(first, '"_"YYYYMM');
    if to_regclass('tenancy_control.' || child) is null then
      -- Made apart and attached, because attaching lets others read and write meanwhile.
      execute format('create table tenancy_control.%I (like tenancy_control.%I including defaults including constraints)',
        child, parent);
      execute format('alter table tenancy_control.%I attach partition tenancy_control.%I for values from (%L) to (%L)',
        parent, child, starts, ends);
      added := true;
    end if;
  end loop;
  return added;
end $body$;

create function usage_drop_months_before(month date) returns integer
  language plpgsql security definer
  set search_path = pg_catalog, tenancy_control, pg_temp
  set lock_timeout = '2s'
as $body$
declare
  first date := date_trunc('month', month)::date;
  child record;
  dropped integer := 0;
begin
  perform pg_advisory_xact_lock(hashtext('tenancy.usage.months'));
  if first > date_trunc('month', clock_timestamp() at time zone 'UTC')::date - interval '1 month' then
    raise exception 'usage of % is not old enough to be dropped', first using errcode = '22023';
  end if;
  update tenancy_control.usage_kept
    set since = greatest(since, first::timestamp at time zone 'UTC');
  for child in
    select c.relname from pg_class c
    join pg_inherits i on i.inhrelid = c.oid
    where i.inhparent in ('tenancy_control.usage_event'::regclass, 'tenancy_control.usage_change'::regclass)
      and c.relname ~ '^usage_(event|change)_[0-9]{6}$'
      and to_date(right(c.relname, 6), 'YYYYMM') < first
    order by c.relname
  loop
    execute format('drop table tenancy_control.%I', child.relname);
    dropped := dropped + 1;
  end loop;
  return dropped;
end $body$;

revoke all on function usage_add_month(date), usage_drop_months_before(date) from public;

do $do$
begin
  for ahead in -2..3 loop
    perform usage_add_month((date_trunc('month', clock_timestamp() at time zone 'UTC') + ahead * interval '1 month')::date);
  end loop;
end $do$;
