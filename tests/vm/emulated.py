# SPDX-License-Identifier: MIT
"""What differs in a machine whose processor may be emulated."""
SLOW = 300.0  # seconds; an emulated processor takes ten times as long
