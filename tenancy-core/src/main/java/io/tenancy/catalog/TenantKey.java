package io.tenancy.catalog;

import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import java.util.Objects;

/** What a tenant can be looked up by. */
public sealed interface TenantKey {

    /**
     * By identity.
     *
     * @param id the id
     */
    record ById(TenantId id) implements TenantKey {
        /** Refuses null. */
        public ById {
            Objects.requireNonNull(id, "id");
        }

        @Override
        public String toString() {
            return "id '" + id + "'";
        }
    }

    /**
     * By the name in URLs.
     *
     * @param slug the slug
     */
    record BySlug(TenantSlug slug) implements TenantKey {
        /** Refuses null. */
        public BySlug {
            Objects.requireNonNull(slug, "slug");
        }

        @Override
        public String toString() {
            return "slug '" + slug + "'";
        }
    }

    /**
     * By a verified custom domain.
     *
     * @param domain a normalised host name: lower case, no port, no trailing dot
     */
    record ByDomain(String domain) implements TenantKey {
        /** Refuses null. */
        public ByDomain {
            Objects.requireNonNull(domain, "domain");
        }

        @Override
        public String toString() {
            return "domain '" + domain + "'";
        }
    }
}
