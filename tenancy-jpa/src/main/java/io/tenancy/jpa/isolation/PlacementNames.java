package io.tenancy.jpa.isolation;

import io.tenancy.TenantId;
import io.tenancy.TenantSlug;

/**
 * Names of the database objects that belong to one tenant. Each fits PostgreSQL's 63 bytes and is unique through the
 * tenant's id; schema and database also show the slug of the day they were made, for people.
 */
public final class PlacementNames {

    private static final int SLUG_PART = 36;

    private PlacementNames() {}

    /**
     * The NOLOGIN role that alone may enter the tenant's schema.
     *
     * @param id the tenant
     * @return a role name
     */
    public static String role(TenantId id) {
        return "tenancy_t_" + hex(id);
    }

    /**
     * The login of a tenant's own database.
     *
     * @param id the tenant
     * @return a role name
     */
    public static String login(TenantId id) {
        return "tenancy_d_" + hex(id);
    }

    /**
     * A schema of a tenant's own.
     *
     * @param slug the slug at the time of creation
     * @param id the tenant
     * @return a schema name
     */
    public static String schema(TenantSlug slug, TenantId id) {
        return "t_" + readable(slug) + "_" + tail(id);
    }

    /**
     * A database of a tenant's own.
     *
     * @param slug the slug at the time of creation
     * @param id the tenant
     * @return a database name
     */
    public static String database(TenantSlug slug, TenantId id) {
        return "d_" + readable(slug) + "_" + tail(id);
    }

    private static String readable(TenantSlug slug) {
        String text = slug.value().replace('-', '_');
        return text.length() > SLUG_PART ? text.substring(0, SLUG_PART) : text;
    }

    private static String hex(TenantId id) {
        return id.toString().replace("-", "");
    }

    // The end of a version 7 UUID is random; its beginning is the time.
    private static String tail(TenantId id) {
        String hex = hex(id);
        return hex.substring(hex.length() - 12);
    }
}
