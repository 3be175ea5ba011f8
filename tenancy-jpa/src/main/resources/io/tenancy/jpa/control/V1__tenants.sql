create table tenant (
  id uuid primary key,
  slug text not null,
  name text not null,
  status text not null,
  server text not null,
  database_name text not null,
  schema_name text not null,
  isolation text not null,
  generation integer not null default 1 check (generation >= 1),
  version bigint not null default 1,
  metadata jsonb not null default '{}',
  -- Why provisioning stopped, for the operator; null once it is done.
  fault text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint tenant_slug_key unique (slug)
);

create table tenant_domain (
  domain text primary key,
  tenant_id uuid not null references tenant (id),
  created_at timestamptz not null
);

create index tenant_domain_tenant_id on tenant_domain (tenant_id);

create table database_login (
  tenant_id uuid primary key references tenant (id),
  login text not null,
  -- Tink AEAD ciphertext of the password; the tenant's id is the associated data.
  secret bytea not null,
  updated_at timestamptz not null
);

create table platform_access (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  thread text not null,
  reason text not null
);
