"""Released contracts, whole and not, as setups of bad input."""

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class ContractSetups:
    """A part of the setups: `empty_folder` and `copy_of` are theirs."""

    def contracts(self):
        """What the shop released, of all versions."""
        place = self.empty_folder()
        shutil.copytree(ROOT / "samples/order-service/schemas", place.folder / "schemas")
        return place

    def contracts_changed(self):
        """One by hand; beside them, what was released is whole, and one schema of it is gone."""
        place = self.copy_of("contracts")
        shutil.copytree(place.folder / "schemas", place.folder / "changed")
        (place.folder / "changed/order/OrderCancelled.v1.schema.json").unlink()
        shutil.copy(place.folder / "schemas/order/OrderShipped.v1.schema.json", place.folder / "schemas/order/OrderCancelled.v1.schema.json")
        return place

    def contracts_cut(self):
        place = self.copy_of("contracts")
        os.truncate(place.folder / "schemas/order/OrderCancelled.v1.schema.json", 100)
        (place.folder / "noise.json").write_bytes(bytes(range(256)))
        return place

    def contracts_newer(self):
        """With a version that the shop does not have yet; those of before of another event are gone."""
        place = self.copy_of("contracts")
        for kind in ("schema.json", "samples.jsonl"):
            shutil.copy(place.folder / f"schemas/order/OrderShipped.v1.{kind}", place.folder / f"schemas/order/OrderShipped.v2.{kind}")
            (place.folder / f"schemas/order/OrderPlaced.v1.{kind}").unlink()
        return place
