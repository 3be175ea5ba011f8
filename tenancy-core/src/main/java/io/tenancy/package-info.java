/** The vocabulary of the SDK: what a tenant is, where its data lives, and the root of its errors. */
@NullMarked
package io.tenancy;

import org.jspecify.annotations.NullMarked;
