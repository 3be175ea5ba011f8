/** The store: what publishers give in, how it is reviewed, what is listed, and whom the platform trusts. */
@NullMarked
package io.tenancy.plugins.market;

import org.jspecify.annotations.NullMarked;
