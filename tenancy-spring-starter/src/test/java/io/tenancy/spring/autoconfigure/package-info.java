/** Tests of the starter. */
package io.tenancy.spring.autoconfigure;
