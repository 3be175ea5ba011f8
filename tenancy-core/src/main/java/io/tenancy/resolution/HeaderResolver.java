package io.tenancy.resolution;

import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.catalog.TenantKey;
import io.tenancy.internal.Printable;
import java.util.List;
import java.util.Objects;

/**
 * Reads the tenant's id or slug from a header. Use it only where the header comes from a party that may choose the
 * tenant, such as an own gateway; any client can send it otherwise.
 */
public final class HeaderResolver implements TenantResolver {

    /** The header that most peers use. */
    public static final String DEFAULT_HEADER = "X-Tenant-ID";

    private final String header;
    private final Answer absent;

    /**
     * Creates the resolver.
     *
     * @param header name of the header, any case
     */
    public HeaderResolver(String header) {
        this.header = Objects.requireNonNull(header, "header");
        this.absent = new Answer.Abstained("found no header '" + header + "'");
    }

    @Override
    public String name() {
        return "header";
    }

    @Override
    public Answer resolve(TenantRequest request) {
        List<String> values = request.header(header);
        if (values.isEmpty()) {
            return absent;
        }
        if (values.size() > 1) {
            return new Answer.Malformed("header '" + header + "' was sent " + values.size() + " times");
        }
        return key(values.get(0));
    }

    private Answer key(String value) {
        if (TenantSlug.isValid(value)) {
            return new Answer.Found(new TenantKey.BySlug(new TenantSlug(value)));
        }
        if (value.length() == 36) {
            try {
                return new Answer.Found(new TenantKey.ById(TenantId.of(value)));
            } catch (IllegalArgumentException malformed) {
                return malformed(value);
            }
        }
        return malformed(value);
    }

    private Answer malformed(String value) {
        return new Answer.Malformed(
                "header '" + header + "' holds '" + Printable.of(value) + "', which is neither a slug nor a tenant id");
    }
}
