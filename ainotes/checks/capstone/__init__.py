"""Exercises of the capstone, open-ended: a network, a choice, a model card; the check names what is wrong with them."""

from ainotes.checks.capstone.choose_simplest import choose_simplest
from ainotes.checks.capstone.model_card import model_card
from ainotes.checks.capstone.my_network import my_network

__all__ = ["choose_simplest", "model_card", "my_network"]
