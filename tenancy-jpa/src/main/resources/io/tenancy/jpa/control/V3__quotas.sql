-- One counter per tenant, resource and period.
--   allotted = settled + sum over its leases of (granted - counted)
--   used     = settled + sum of (used - counted) of live and (granted - counted) of lapsed leases
-- Whoever touches a counter or its leases locks the counter's row first.
create table quota_counter (
  tenant_id uuid not null references tenant (id) on delete cascade,
  resource text not null,
  period_start timestamptz not null,
  period_end timestamptz,
  settled bigint not null default 0 check (settled >= 0),
  allotted bigint not null default 0 check (allotted >= 0),
  used bigint not null default 0 check (used >= 0),
  -- The last recount that began, and whether it may still end.
  recount bigint not null default 0,
  recounting boolean not null default false,
  -- What leases that ended since then had used beyond their marks.
  used_since_recount bigint not null default 0,
  -- As of the last request, so that whoever changes the counter can record what it reached.
  threshold_names text[] not null default '{}',
  threshold_units bigint[] not null default '{}',
  primary key (tenant_id, resource, period_start),
  check (used <= allotted)
);

create index quota_counter_period_end on quota_counter (period_end) where period_end is not null;

-- What one node holds of one counter.
create table quota_lease (
  id uuid primary key,
  tenant_id uuid not null,
  resource text not null,
  period_start timestamptz not null,
  node text not null,
  sequence bigint not null,
  granted bigint not null check (granted >= 0),
  used bigint not null check (used >= 0),
  -- The part of "used" that a finished recount has put into the counter's "settled".
  counted bigint not null default 0,
  -- What was used when the last recount began.
  marked bigint not null default 0,
  expires_at timestamptz not null,
  -- From here on nothing of it can be committed any more.
  lapses_at timestamptz not null,
  lapsed boolean not null default false,
  -- The recount that forgets it when it ends.
  set_aside_by bigint,
  foreign key (tenant_id, resource, period_start) references quota_counter on delete cascade,
  check (counted <= used and marked <= used and used <= granted)
);

create index quota_lease_counter on quota_lease (tenant_id, resource, period_start);
create index quota_lease_lapses_at on quota_lease (lapses_at) where not lapsed;

create table quota_alert (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenant (id) on delete cascade,
  resource text not null,
  period_start timestamptz not null,
  threshold text not null,
  threshold_units bigint not null,
  used bigint not null,
  raised_at timestamptz not null,
  attempts integer not null default 0,
  next_attempt_at timestamptz not null,
  delivered_at timestamptz,
  constraint quota_alert_once unique (tenant_id, resource, period_start, threshold)
);

create index quota_alert_due on quota_alert (next_attempt_at) where delivered_at is null;

-- Sums up what is used and records the thresholds that it reaches. The caller has locked the counter.
create function quota_tally(p_now timestamptz, p_tenant uuid, p_resource text, p_start timestamptz)
returns integer language plpgsql as $$
declare
  v_used bigint;
  v_alerts integer;
begin
  update quota_counter c
  set used = c.settled + coalesce(
    (select sum(case when l.lapsed then l.granted else l.used end - l.counted)::bigint
     from quota_lease l
     where l.tenant_id = p_tenant and l.resource = p_resource and l.period_start = p_start), 0)
  where c.tenant_id = p_tenant and c.resource = p_resource and c.period_start = p_start
  returning c.used into v_used;
  insert into quota_alert
    (tenant_id, resource, period_start, threshold, threshold_units, used, raised_at, next_attempt_at)
  select p_tenant, p_resource, p_start, t.name, t.units, v_used, p_now, p_now
  from quota_counter c, unnest(c.threshold_names, c.threshold_units) as t (name, units)
  where c.tenant_id = p_tenant and c.resource = p_resource and c.period_start = p_start and t.units <= v_used
  on conflict on constraint quota_alert_once do nothing;
  get diagnostics v_alerts = row_count;
  return v_alerts;
end $$;

-- One request of one lease: report, give back, renew, take. p_limit is null where nothing is refused.
create function quota_exchange(
  p_now timestamptz, p_tenant uuid, p_resource text, p_start timestamptz, p_end timestamptz,
  p_lease uuid, p_node text, p_sequence bigint, p_fresh boolean, p_used bigint, p_held bigint,
  p_need bigint, p_want bigint, p_limit bigint, p_end_lease boolean,
  p_lease_time interval, p_reservation_time interval, p_threshold_names text[], p_threshold_units bigint[],
  out outcome text, out part bigint, out allotted bigint, out used bigint, out at timestamptz,
  out expires_at timestamptz, out alerts integer)
language plpgsql as $$
declare
  v_counter quota_counter%rowtype;
  v_lease quota_lease%rowtype;
  v_room bigint;
  v_nodes bigint;
  v_distance bigint;
begin
  outcome := 'GRANTED';
  part := 0;
  allotted := 0;
  used := 0;
  at := p_now;
  expires_at := p_now + p_lease_time;
  alerts := 0;
  if p_need > 0 and (p_now < p_start or p_now >= p_end) then
    outcome := 'OTHER_PERIOD';
    return;
  end if;
  select * into v_counter from quota_counter c
    where c.tenant_id = p_tenant and c.resource = p_resource and c.period_start = p_start for update;
  if not found then
    if not p_fresh then
      outcome := 'LOST';
      return;
    end if;
    insert into quota_counter (tenant_id, resource, period_start, period_end)
      values (p_tenant, p_resource, p_start, p_end) on conflict do nothing;
    select * into v_counter from quota_counter c
      where c.tenant_id = p_tenant and c.resource = p_resource and c.period_start = p_start for update;
  end if;
  allotted := v_counter.allotted;
  used := v_counter.used;
  select * into v_lease from quota_lease l where l.id = p_lease;
  if not found then
    if not p_fresh then
      outcome := 'LOST';
      return;
    end if;
    insert into quota_lease
      (id, tenant_id, resource, period_start, node, sequence, granted, used, expires_at, lapses_at)
      values (p_lease, p_tenant, p_resource, p_start, p_node, p_sequence - 1, 0, 0, p_now, p_now)
      returning * into v_lease;
  end if;
  -- A lapsed lease is settled by a recount or the period's end; a request that was overtaken is nobody's any more; and a
  -- database that knows of fewer units than the node was set back to an earlier day.
  if v_lease.lapsed or v_lease.sequence >= p_sequence or v_lease.granted < p_held then
    outcome := 'LOST';
    return;
  end if;

  -- What the node does not hold any more goes back.
  allotted := allotted - (v_lease.granted - p_held);

  if p_need > 0 then
    v_room := coalesce(p_limit, 4611686018427387904) - allotted;
    if p_need > v_room then
      outcome := 'REFUSED';
    else
      select count(*) into v_nodes from quota_lease l
        where l.tenant_id = p_tenant and l.resource = p_resource and l.period_start = p_start
          and not l.lapsed and l.expires_at > p_now and l.id <> p_lease;
      select min(t.units) - allotted into v_distance from unnest(p_threshold_units) as t (units)
        where t.units > allotted;
      part := greatest(p_need, least(p_want, greatest(v_room / (2 * (v_nodes + 1)), 1), v_distance));
    end if;
  end if;

  -- The one place where units are handed out.
  update quota_counter c
    set allotted = quota_exchange.allotted + quota_exchange.part,
        period_end = p_end,
        threshold_names = p_threshold_names,
        threshold_units = p_threshold_units,
        settled = c.settled + case when p_end_lease then p_used - v_lease.counted else 0 end,
        used_since_recount = c.used_since_recount + case when p_end_lease then p_used - v_lease.marked else 0 end
    where c.tenant_id = p_tenant and c.resource = p_resource and c.period_start = p_start
      and (quota_exchange.part = 0 or p_limit is null
        or quota_exchange.allotted + quota_exchange.part <= p_limit);
  if not found then
    raise exception 'quota of % would have passed its limit', p_resource using errcode = 'assert_failure';
  end if;
  allotted := allotted + part;

  if p_end_lease then
    delete from quota_lease l where l.id = p_lease;
  else
    update quota_lease l
      set sequence = p_sequence,
          granted = p_held + quota_exchange.part,
          used = p_used,
          expires_at = quota_exchange.expires_at,
          lapses_at = quota_exchange.expires_at + p_reservation_time
      where l.id = p_lease;
  end if;
  alerts := quota_tally(p_now, p_tenant, p_resource, p_start);
  select c.used into used from quota_counter c
    where c.tenant_id = p_tenant and c.resource = p_resource and c.period_start = p_start;
end $$;

-- Sets silent leases aside and marks what the others reported.
create function quota_recount_begin(
  p_now timestamptz, p_tenant uuid, p_resource text, p_start timestamptz, p_end timestamptz)
returns bigint language plpgsql as $$
declare
  v_ticket bigint;
  v_alerts integer;
begin
  insert into quota_counter (tenant_id, resource, period_start, period_end)
    values (p_tenant, p_resource, p_start, p_end) on conflict do nothing;
  update quota_counter c
    set recount = c.recount + 1, recounting = true, used_since_recount = 0
    where c.tenant_id = p_tenant and c.resource = p_resource and c.period_start = p_start
    returning c.recount into v_ticket;
  update quota_lease l
    set lapsed = l.lapsed or l.lapses_at <= p_now,
        marked = l.used,
        set_aside_by = case when l.lapsed or l.lapses_at <= p_now then v_ticket end
    where l.tenant_id = p_tenant and l.resource = p_resource and l.period_start = p_start;
  v_alerts := quota_tally(p_now, p_tenant, p_resource, p_start);
  return v_ticket;
end $$;

-- Puts what was counted in place of what was marked.
create function quota_recount_finish(
  p_now timestamptz, p_tenant uuid, p_resource text, p_start timestamptz, p_ticket bigint, p_counted bigint)
returns boolean language plpgsql as $$
declare
  v_alerts integer;
begin
  perform 1 from quota_counter c
    where c.tenant_id = p_tenant and c.resource = p_resource and c.period_start = p_start
      and c.recount = p_ticket and c.recounting for update;
  if not found then
    return false;
  end if;
  delete from quota_lease l
    where l.tenant_id = p_tenant and l.resource = p_resource and l.period_start = p_start
      and l.set_aside_by = p_ticket;
  update quota_lease l set counted = l.marked
    where l.tenant_id = p_tenant and l.resource = p_resource and l.period_start = p_start;
  update quota_counter c
    set recounting = false,
        settled = p_counted + c.used_since_recount,
        -- The tally that follows sets it; until then it must not pass what is allotted.
        used = 0,
        allotted = p_counted + c.used_since_recount + coalesce(
          (select sum(l.granted - l.counted)::bigint from quota_lease l
           where l.tenant_id = p_tenant and l.resource = p_resource and l.period_start = p_start), 0)
    where c.tenant_id = p_tenant and c.resource = p_resource and c.period_start = p_start;
  v_alerts := quota_tally(p_now, p_tenant, p_resource, p_start);
  return true;
end $$;

-- Counts what silent leases hold as used, of at most p_most counters; other callers' counters are left to them.
create function quota_lapse(p_now timestamptz, p_most integer)
returns integer language plpgsql as $$
declare
  v_counter record;
  v_count integer := 0;
  v_alerts integer;
begin
  for v_counter in
    select c.tenant_id, c.resource, c.period_start from quota_counter c
    where (c.tenant_id, c.resource, c.period_start) in
      (select l.tenant_id, l.resource, l.period_start from quota_lease l where not l.lapsed and l.lapses_at <= p_now)
    order by c.tenant_id, c.resource, c.period_start
    limit p_most for update of c skip locked
  loop
    update quota_lease l set lapsed = true
      where l.tenant_id = v_counter.tenant_id and l.resource = v_counter.resource
        and l.period_start = v_counter.period_start and not l.lapsed and l.lapses_at <= p_now;
    v_alerts := quota_tally(p_now, v_counter.tenant_id, v_counter.resource, v_counter.period_start);
    v_count := v_count + 1;
  end loop;
  return v_count;
end $$;

-- A counter that is deleted takes its leases and its delivered alerts with it.
create function quota_forget(p_before timestamptz, p_most integer)
returns integer language plpgsql as $$
declare
  v_count integer;
begin
  with old as (
    select c.tenant_id, c.resource, c.period_start from quota_counter c
    where c.period_end < p_before
      and not exists (select 1 from quota_alert a
        where a.tenant_id = c.tenant_id and a.resource = c.resource and a.period_start = c.period_start
          and a.delivered_at is null)
    limit p_most for update of c skip locked),
  alerts as (
    delete from quota_alert a using old
    where a.tenant_id = old.tenant_id and a.resource = old.resource and a.period_start = old.period_start)
  delete from quota_counter c using old
    where c.tenant_id = old.tenant_id and c.resource = old.resource and c.period_start = old.period_start;
  get diagnostics v_count = row_count;
  return v_count;
end $$;
