-- Which messages of tenants' outboxes were received, so that a second delivery does nothing.
create table outbox_received (
  tenant_id uuid not null,
  message_id uuid not null,
  received_at timestamptz not null,
  primary key (tenant_id, message_id)
);

create index outbox_received_received_at on outbox_received (received_at);

-- Messages that their receivers refused, for the operator.
create table outbox_refused (
  tenant_id uuid not null,
  message_id uuid not null,
  topic text not null,
  payload text not null,
  created_at timestamptz not null,
  refused_at timestamptz not null,
  reason text not null,
  primary key (tenant_id, message_id)
);
