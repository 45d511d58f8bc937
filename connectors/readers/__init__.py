# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bytes to batches of text columns; what a line means is none of their business."""
