package io.tenancy.resolution;

/** Finds out whose request it is, from the request alone. Implementations are safe for many threads and do not block. */
public interface TenantResolver {

    /**
     * The name that traces and messages use.
     *
     * @return such as {@code subdomain}
     */
    String name();

    /**
     * Looks at a request.
     *
     * @param request the request
     * @return found, abstained or malformed; never null
     */
    Answer resolve(TenantRequest request);
}
