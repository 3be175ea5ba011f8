package io.tenancy.samples.cms.account;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

/** The clinic's staff. */
public interface AppUserRepository extends JpaRepository<AppUser, UUID> {

    /**
     * Finds a person by address.
     *
     * @param email the address in lower case
     * @return that person, if there is one
     */
    Optional<AppUser> findByEmail(String email);

    /**
     * Lists everybody, editors last, by name within a role.
     *
     * @return the staff, empty before the clinic was set up
     */
    List<AppUser> findAllByOrderByRoleDescDisplayName();
}
