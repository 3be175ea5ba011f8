package io.tenancy.jpa.usage;

/** SQL that counts from the events themselves, in one place for recounts and for what a correction changes. */
final class EffectiveEvents {

    /**
     * Records of a metric that count, with the quantity in force. Parameters: tenant, metric, from, until, and the same
     * four again.
     */
    static final String WITH = UsageTables.sql("""
            with in_force as (
                select distinct on (c.source, c.reference) c.source, c.reference, c.kind, c.quantity
                from {usage_change} c
                where c.tenant_id = ? and c.metric = ? and c.original_at >= ? and c.original_at < ?
                order by c.source, c.reference, c.occurred_at desc, c.key desc),
            effective as (
                select e.source, e.key, e.occurred_at, e.properties, coalesce(f.quantity, e.quantity) as quantity
                from {usage_event} e
                left join in_force f on f.source = e.source and f.reference = e.key
                where e.tenant_id = ? and e.metric = ? and e.occurred_at >= ? and e.occurred_at < ?
                  and f.kind is distinct from 'X')
            """);

    private EffectiveEvents() {}
}
