"""What stands on the papers of the demo office: a made-up address, and signers with made-up NIP and rank."""

from tickets.demo import ACCOUNTS
from tickets.models import Office, Signer
from workflows.roles import Role

ADDRESS = "Jalan Contoh Nomor 17, Padang 25129"
CONTACT = "Telepon (0751) 000000 · aptika@contoh.invalid · contoh.invalid"
#: Position, NIP and rank of who holds a role. The NIP are written like real ones and belong to nobody.
SIGNERS = {
    Role.KEPALA_BIDANG_APTIKA: ("Kepala Bidang Aplikasi Informatika", "197003151996031999", "Pembina Tk. I (IV/b)"),
    Role.SUBKOORDINATOR_APLIKASI: ("Subkoordinator Aplikasi", "198207212008012999", "Penata Tk. I (III/d)"),
    Role.SUB_KOORDINATOR: ("Sub Koordinator", "198411052010011999", "Penata Tk. I (III/d)"),
}


def seed_identity() -> None:
    """Enter what nobody has entered yet; what is there stays."""
    office, _ = Office.objects.get_or_create(pk=1)
    if not office.address:
        office.address, office.contact = ADDRESS, CONTACT
        office.save(update_fields=["address", "contact"])
    for account in ACCOUNTS:
        if account.role in SIGNERS:
            position, nip, rank = SIGNERS[account.role]
            signer = {"position": position, "name": account.name, "nip": nip, "rank": rank}
            Signer.objects.get_or_create(role=account.role, defaults=signer)
