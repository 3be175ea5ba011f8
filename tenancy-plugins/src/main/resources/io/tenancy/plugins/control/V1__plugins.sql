-- What the platform keeps of plugins: the store, what tenants installed, and what their plugins keep and said. Packages and
-- records outlive tenants, so they refer to none.

-- Counts what nodes have to know at once: whom to trust, and what tenants have installed. Its row is locked by whoever
-- changes either, so that who reads a number has all that was counted before.
create table plugin_revision (
  one boolean primary key default true check (one),
  trust bigint not null,
  installed bigint not null,
  -- Removals of plugins up to that number of installed are not kept any more.
  pruned bigint not null default 0
);

insert into plugin_revision (trust, installed) values (1, 1);

create table plugin_curator_key (
  id text primary key,
  key text not null,
  not_before timestamptz not null,
  not_after timestamptz not null,
  added_at timestamptz not null
);

-- PACKAGE: a digest. KEY: an id. CERTIFICATE: an issuer and a serial. VERSION: a plugin, and the signed statement.
create table plugin_revocation (
  kind text not null check (kind in ('PACKAGE', 'KEY', 'CERTIFICATE', 'VERSION')),
  subject text not null,
  detail text not null,
  reason text not null,
  revoked_at timestamptz not null,
  primary key (kind, subject, detail)
);

create table plugin_package (
  digest text primary key,
  plugin text not null,
  version text not null,
  publisher text not null,
  title text not null,
  description text not null,
  specialty text,
  regions text[] not null,
  capabilities text[] not null,
  bytes bytea not null,
  -- The only tenant that sees it; null for all.
  owner uuid,
  status text not null check (status in ('SUBMITTED', 'REFUSED', 'REVIEWED', 'REJECTED', 'LISTED', 'WITHDRAWN')),
  -- JSON with a format of its own; what the automatic review found.
  report text,
  published_at timestamptz not null,
  listed_at timestamptz
);

-- Of one version there is one content, but for those that were turned down.
create unique index plugin_package_version
  on plugin_package (plugin, version, coalesce(owner, '00000000-0000-0000-0000-000000000000'::uuid))
  where status not in ('REFUSED', 'REJECTED');
create index plugin_package_status on plugin_package (status);

create table plugin_collection (
  code text primary key,
  title text not null,
  description text not null
);

create table plugin_collection_entry (
  collection text not null references plugin_collection on delete cascade,
  plugin text not null,
  position integer not null,
  primary key (collection, plugin)
);

-- What a tenant has of a plugin: what is active, and what is on its way in, step by step.
create table plugin_installation (
  tenant_id uuid not null,
  plugin text not null,
  active_digest text,
  enabled boolean not null default false,
  pinned boolean not null default false,
  -- To which the tenant can go back.
  previous_digest text,
  pending_digest text,
  pending_step text check (pending_step in
    ('COMPATIBILITY', 'CREDENTIALS', 'ENTITLEMENT', 'VERIFICATION', 'CONSENT', 'CONFIGURATION', 'SANDBOX')),
  -- Set while a step waits for somebody, or was refused; the pipeline goes on by itself where both are null.
  waits_for text,
  refused text,
  next_at timestamptz not null,
  attempts integer not null default 0,
  config text not null default '{}',
  -- What was configured for the package on its way in, and for the previous one; null where it is the same.
  pending_config text,
  previous_config text,
  -- Of the price that was announced; null for none.
  charged text,
  installed_at timestamptz not null,
  -- When an upgrade was looked for; null for at once.
  considered_at timestamptz,
  -- Packages that were gone back from, which are not tried again unless somebody wants them.
  left_digests text[] not null default '{}',
  -- When it was asked last whether the tenant may have it.
  checked_at timestamptz not null,
  version bigint not null,
  revision bigint not null,
  primary key (tenant_id, plugin),
  check ((pending_digest is null) = (pending_step is null)),
  check (not enabled or active_digest is not null)
);

create index plugin_installation_revision on plugin_installation (revision);
create index plugin_installation_pending on plugin_installation (next_at)
  where pending_step is not null and waits_for is null and refused is null;

create index plugin_installation_checked on plugin_installation (checked_at) where enabled;

-- What was paid once, so that it is not paid again when the plugin was uninstalled and comes back.
create table plugin_purchase (
  tenant_id uuid not null,
  plugin text not null,
  publisher text not null,
  price text not null,
  bought_at timestamptz not null,
  primary key (tenant_id, plugin, publisher, price)
);

-- Tenants of which a plugin was removed, so that other nodes notice; pruned after a day.
create table plugin_removal (
  tenant_id uuid not null,
  revision bigint primary key,
  removed_at timestamptz not null
);

-- In which order plugins of a tenant are asked at an extension point, and what is to be done if one fails.
create table plugin_binding (
  tenant_id uuid not null,
  point text not null,
  plugin text not null,
  position integer not null,
  policy text not null check (policy in ('SKIP', 'BLOCK', 'WARN')),
  primary key (tenant_id, point, plugin),
  foreign key (tenant_id, plugin) references plugin_installation on delete cascade
);

-- What a plugin keeps for a tenant altogether. Its row is locked by whoever changes a value.
create table plugin_space (
  tenant_id uuid not null,
  plugin text not null,
  bytes bigint not null default 0 check (bytes >= 0),
  keys integer not null default 0 check (keys >= 0),
  -- Of the value that was changed last; never falls, so that a value that is removed and made again is another one.
  last_version bigint not null default 0,
  primary key (tenant_id, plugin)
);

create table plugin_value (
  tenant_id uuid not null,
  plugin text not null,
  key text collate "C" not null,
  value bytea not null,
  version bigint not null,
  primary key (tenant_id, plugin, key),
  foreign key (tenant_id, plugin) references plugin_space on delete cascade
);

create table plugin_secret (
  tenant_id uuid not null,
  plugin text not null,
  name text not null,
  secret bytea not null,
  updated_at timestamptz not null,
  primary key (tenant_id, plugin, name)
);

-- What is to be told: to the application (EVENT, ANNOTATION), to whoever bills (BILLING), to people (NOTICE).
create table plugin_message (
  id bigint generated always as identity primary key,
  tenant_id uuid not null,
  plugin text not null,
  kind text not null check (kind in ('EVENT', 'ANNOTATION', 'BILLING', 'NOTICE')),
  content text not null,
  at timestamptz not null,
  attempts integer not null default 0,
  next_at timestamptz not null,
  fault text
);

create index plugin_message_due on plugin_message (next_at, id);
create index plugin_message_given_up on plugin_message (at) where attempts >= 20 and kind <> 'BILLING';
create index plugin_message_billing on plugin_message (tenant_id, plugin, id) where kind = 'BILLING';

create table plugin_metric (
  tenant_id uuid not null,
  plugin text not null,
  name text not null,
  day date not null,
  count bigint not null,
  total double precision not null,
  primary key (tenant_id, plugin, name, day)
);

create index plugin_metric_day on plugin_metric (day);

create table plugin_audit (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  tenant_id uuid,
  plugin text not null,
  digest text,
  actor text not null,
  action text not null,
  detail text not null
);

create index plugin_audit_of_tenant on plugin_audit (tenant_id, plugin, id);

create table plugin_job (
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

create index plugin_job_execution_time on plugin_job (execution_time);
create index plugin_job_last_heartbeat on plugin_job (last_heartbeat);
