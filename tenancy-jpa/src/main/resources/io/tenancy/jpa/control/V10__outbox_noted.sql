-- Which tenants on DATABASE may have left messages lately, so that nobody opens a pool of each to look.
create table outbox_noted (
  tenant_id uuid primary key references tenant (id) on delete cascade,
  noted_at timestamptz not null
);
