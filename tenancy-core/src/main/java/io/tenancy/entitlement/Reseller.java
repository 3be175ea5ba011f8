package io.tenancy.entitlement;

import io.tenancy.TenantId;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Through whom tenants are sold to: another tenant, or a partner known by a code.
 *
 * @param value {@code tenant:} and a tenant's id, or {@code code:} and a name matching {@code [a-z][a-z0-9_.-]{0,62}}
 */
public record Reseller(String value) {

    private static final String TENANT = "tenant:";
    private static final String CODE = "code:";
    private static final Pattern FORM = Pattern.compile("tenant:[0-9a-f-]{36}|code:" + Names.FORM);

    /**
     * Validates the form.
     *
     * @throws IllegalArgumentException when it is neither of the two
     */
    public Reseller {
        Objects.requireNonNull(value, "value");
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "A reseller is Reseller.ofTenant(id) or Reseller.ofCode(code) with a code" + " that matches "
                            + Names.FORM);
        }
    }

    /**
     * A tenant that resells.
     *
     * @param tenant the tenant
     * @return the reseller
     */
    public static Reseller ofTenant(TenantId tenant) {
        return new Reseller(TENANT + tenant);
    }

    /**
     * A partner that is no tenant.
     *
     * @param code its code
     * @return the reseller
     */
    public static Reseller ofCode(String code) {
        return new Reseller(CODE + Names.require("The code of a reseller", code));
    }

    @Override
    public String toString() {
        return value;
    }
}
