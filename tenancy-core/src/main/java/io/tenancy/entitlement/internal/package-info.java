/** Reading of documents with their lines; free to change. */
@NullMarked
package io.tenancy.entitlement.internal;

import org.jspecify.annotations.NullMarked;
