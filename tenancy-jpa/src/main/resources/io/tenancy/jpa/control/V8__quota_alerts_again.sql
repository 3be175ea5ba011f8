-- A threshold is told once per period and number of units. Another limit has other units, and so is told anew: who is
-- alerted at 80 % of 15, takes a greater plan and reaches 80 % of 500 hears of both.
alter table quota_alert drop constraint quota_alert_once;
alter table quota_alert add constraint quota_alert_once
  unique (tenant_id, resource, period_start, threshold, threshold_units);

-- As before; besides, where nothing begins anew by itself, a threshold that a recount has fallen below is told again when
-- it is reached again. What nobody heard yet stays.
create or replace function quota_recount_finish(
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
  delete from quota_alert a using quota_counter c
    where c.tenant_id = p_tenant and c.resource = p_resource and c.period_start = p_start and c.period_end is null
      and a.tenant_id = p_tenant and a.resource = p_resource and a.period_start = p_start
      and a.delivered_at is not null and a.threshold_units > c.used;
  return true;
end $$;
