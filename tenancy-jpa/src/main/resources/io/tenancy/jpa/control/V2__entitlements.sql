-- One row: rises with every import that changed something, and is locked by the one import that runs.
create table plan_catalogue (
  one boolean primary key default true check (one),
  revision bigint not null
);

insert into plan_catalogue (revision) values (0);

-- Every document that changed something, as it was given; the billing module reads its part from the newest.
create table plan_catalogue_import (
  revision bigint primary key,
  content_hash text not null,
  document text not null,
  actor text not null,
  reason text not null,
  imported_at timestamptz not null
);

create table entitlement_definition (
  key text primary key,
  position integer not null,
  content text not null
);

create table plan (
  code text primary key,
  position integer not null,
  name text not null,
  offered boolean not null
);

create table plan_version (
  plan text not null references plan (code),
  version integer not null check (version >= 1),
  content text not null,
  content_hash text not null,
  revision bigint not null,
  primary key (plan, version)
);

create table add_on (
  code text primary key,
  position integer not null,
  name text not null,
  offered boolean not null,
  content text not null,
  content_hash text not null,
  revision bigint not null
);

create table entitlement_grant (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references tenant (id) on delete cascade,
  kind text not null check (kind in ('PLAN', 'ADD_ON', 'TRIAL', 'OVERRIDE', 'RESELLER')),
  -- Of the plan, the add-on, the entitlement or the reseller.
  code text not null,
  -- Of a plan; null to follow the current one.
  plan_version integer,
  -- Of an add-on.
  quantity bigint check (quantity >= 1),
  -- Of an override: SET or ADD, and the value as documents write it.
  mode text check (mode in ('SET', 'ADD')),
  value text,
  valid_from timestamptz not null,
  valid_until timestamptz,
  check (valid_until >= valid_from),
  check ((kind = 'ADD_ON') = (quantity is not null)),
  check ((kind = 'OVERRIDE') = (mode is not null and value is not null)),
  check (kind <> 'TRIAL' or valid_until is not null)
);

create index entitlement_grant_tenant on entitlement_grant (tenant_id);
create index entitlement_grant_code on entitlement_grant (kind, code);

create table reseller_cap (
  id bigint generated always as identity primary key,
  reseller text not null,
  key text not null,
  value text not null,
  valid_from timestamptz not null,
  valid_until timestamptz,
  check (valid_until >= valid_from)
);

create index reseller_cap_reseller on reseller_cap (reseller);

-- Who changed what, when and why. Outlives tenants and grants, so it refers to neither.
create table entitlement_change (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  action text not null,
  tenant_id uuid,
  subject text not null,
  detail text not null,
  actor text not null,
  reason text not null
);

create index entitlement_change_tenant on entitlement_change (tenant_id, id);

-- The platform login may write every table of this schema; what was recorded it may only add to.
create function refuse_change_of_record() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  raise exception 'Table % only takes further rows; what it records is neither changed nor removed', tg_table_name
    using errcode = 'restrict_violation';
end
$$;

create trigger entitlement_change_append_only
  before update or delete or truncate on entitlement_change
  for each statement execute function refuse_change_of_record();

create trigger plan_catalogue_import_append_only
  before update or delete or truncate on plan_catalogue_import
  for each statement execute function refuse_change_of_record();
