/** Flags. */
package io.tenancy.spring.openfeature;
