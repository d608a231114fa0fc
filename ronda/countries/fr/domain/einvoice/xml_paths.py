"""Where CII and UBL keep what the model says. Paths are from the root, or from the group they stand in.

A path is element names without prefix, separated by "/": suppliers have odd namespaces, nobody looks at them.
"""

from typing import NamedTuple


class Paths(NamedTuple):
    """One syntax. Single values by the name of the model's field; groups by their path."""

    header: dict[str, str]
    totals: dict[str, str]
    payment: dict[str, str]
    party: dict[str, str]
    line: dict[str, str]
    row: dict[str, str]
    allowance: dict[str, str]
    groups: dict[str, str]


_AGREEMENT = "SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement"
_DELIVERY = "SupplyChainTradeTransaction/ApplicableHeaderTradeDelivery"
_SETTLEMENT = "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement"
_SUMS = f"{_SETTLEMENT}/SpecifiedTradeSettlementHeaderMonetarySummation"
_MEANS = f"{_SETTLEMENT}/SpecifiedTradeSettlementPaymentMeans"
_TERMS = f"{_SETTLEMENT}/SpecifiedTradePaymentTerms"
_ADDRESS = "PostalTradeAddress"
_IN_LINE = "SpecifiedLineTradeSettlement"

CII = Paths(
    header={
        "number": "ExchangedDocument/ID",
        "issued_on": "ExchangedDocument/IssueDateTime/DateTimeString",
        "kind": "ExchangedDocument/TypeCode",
        "framework": "ExchangedDocumentContext/BusinessProcessSpecifiedDocumentContextParameter/ID",
        "currency": f"{_SETTLEMENT}/InvoiceCurrencyCode",
        "accounting_currency": f"{_SETTLEMENT}/TaxCurrencyCode",
        "vat_due": f"{_SETTLEMENT}/ApplicableTradeTax/DueDateTypeCode",
        "tax_point": f"{_SETTLEMENT}/ApplicableTradeTax/TaxPointDate/DateString",
        "due_on": f"{_TERMS}/DueDateDateTime/DateTimeString",
        "terms": f"{_TERMS}/Description",
        "buyer_reference": f"{_AGREEMENT}/BuyerReference",
        "project": f"{_AGREEMENT}/SpecifiedProcuringProject/ID",
        "contract": f"{_AGREEMENT}/ContractReferencedDocument/IssuerAssignedID",
        "order": f"{_AGREEMENT}/BuyerOrderReferencedDocument/IssuerAssignedID",
        "sales_order": f"{_AGREEMENT}/SellerOrderReferencedDocument/IssuerAssignedID",
        "receiving_advice": f"{_DELIVERY}/ReceivingAdviceReferencedDocument/IssuerAssignedID",
        "despatch_advice": f"{_DELIVERY}/DespatchAdviceReferencedDocument/IssuerAssignedID",
        "accounting": f"{_SETTLEMENT}/ReceivableSpecifiedTradeAccountingAccount/ID",
        "starts_on": f"{_SETTLEMENT}/BillingSpecifiedPeriod/StartDateTime/DateTimeString",
        "ends_on": f"{_SETTLEMENT}/BillingSpecifiedPeriod/EndDateTime/DateTimeString",
        "delivered_on": f"{_DELIVERY}/ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString",
    },
    totals={
        "lines": f"{_SUMS}/LineTotalAmount",
        "allowances": f"{_SUMS}/AllowanceTotalAmount",
        "charges": f"{_SUMS}/ChargeTotalAmount",
        "net": f"{_SUMS}/TaxBasisTotalAmount",
        "gross": f"{_SUMS}/GrandTotalAmount",
        "paid": f"{_SUMS}/TotalPrepaidAmount",
        "rounding": f"{_SUMS}/RoundingAmount",
        "due": f"{_SUMS}/DuePayableAmount",
        "vat": f"{_SUMS}/TaxTotalAmount",
    },
    payment={
        "code": f"{_MEANS}/TypeCode",
        "label": f"{_MEANS}/Information",
        "reference": f"{_SETTLEMENT}/PaymentReference",
        "iban": f"{_MEANS}/PayeePartyCreditorFinancialAccount/IBANID",
        "account": f"{_MEANS}/PayeePartyCreditorFinancialAccount/ProprietaryID",
        "account_name": f"{_MEANS}/PayeePartyCreditorFinancialAccount/AccountName",
        "bic": f"{_MEANS}/PayeeSpecifiedCreditorFinancialInstitution/BICID",
        "mandate": f"{_TERMS}/DirectDebitMandateID",
        "creditor": f"{_SETTLEMENT}/CreditorReferenceID",
        "debtor_iban": f"{_MEANS}/PayerPartyDebtorFinancialAccount/IBANID",
    },
    party={
        "name": "Name",
        "legal_info": "Description",
        "legal_id": "SpecifiedLegalOrganization/ID",
        "trading_name": "SpecifiedLegalOrganization/TradingBusinessName",
        "endpoint": "URIUniversalCommunication/URIID",
        "line1": f"{_ADDRESS}/LineOne",
        "line2": f"{_ADDRESS}/LineTwo",
        "line3": f"{_ADDRESS}/LineThree",
        "postcode": f"{_ADDRESS}/PostcodeCode",
        "city": f"{_ADDRESS}/CityName",
        "region": f"{_ADDRESS}/CountrySubDivisionName",
        "country": f"{_ADDRESS}/CountryID",
        "contact": "DefinedTradeContact/PersonName",
        "department": "DefinedTradeContact/DepartmentName",
        "phone": "DefinedTradeContact/TelephoneUniversalCommunication/CompleteNumber",
        "email": "DefinedTradeContact/EmailURIUniversalCommunication/URIID",
    },
    line={
        "number": "AssociatedDocumentLineDocument/LineID",
        "note": "AssociatedDocumentLineDocument/IncludedNote/Content",
        "name": "SpecifiedTradeProduct/Name",
        "description": "SpecifiedTradeProduct/Description",
        "seller_code": "SpecifiedTradeProduct/SellerAssignedID",
        "buyer_code": "SpecifiedTradeProduct/BuyerAssignedID",
        "quantity": "SpecifiedLineTradeDelivery/BilledQuantity",
        "price": "SpecifiedLineTradeAgreement/NetPriceProductTradePrice/ChargeAmount",
        "base_quantity": "SpecifiedLineTradeAgreement/NetPriceProductTradePrice/BasisQuantity",
        "gross_price": "SpecifiedLineTradeAgreement/GrossPriceProductTradePrice/ChargeAmount",
        "discount": "SpecifiedLineTradeAgreement/GrossPriceProductTradePrice/"
        "AppliedTradeAllowanceCharge/ActualAmount",
        "order_line": "SpecifiedLineTradeAgreement/BuyerOrderReferencedDocument/LineID",
        "accounting": f"{_IN_LINE}/ReceivableSpecifiedTradeAccountingAccount/ID",
        "starts_on": f"{_IN_LINE}/BillingSpecifiedPeriod/StartDateTime/DateTimeString",
        "ends_on": f"{_IN_LINE}/BillingSpecifiedPeriod/EndDateTime/DateTimeString",
        "net": f"{_IN_LINE}/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount",
        "category": f"{_IN_LINE}/ApplicableTradeTax/CategoryCode",
        "rate": f"{_IN_LINE}/ApplicableTradeTax/RateApplicablePercent",
    },
    row={
        "base": "BasisAmount",
        "tax": "CalculatedAmount",
        "category": "CategoryCode",
        "rate": "RateApplicablePercent",
        "reason": "ExemptionReason",
        "reason_code": "ExemptionReasonCode",
    },
    allowance={
        "charge": "ChargeIndicator/Indicator",
        "amount": "ActualAmount",
        "base": "BasisAmount",
        "percent": "CalculationPercent",
        "reason": "Reason",
        "reason_code": "ReasonCode",
        "category": "CategoryTradeTax/CategoryCode",
        "rate": "CategoryTradeTax/RateApplicablePercent",
    },
    groups={
        "seller": f"{_AGREEMENT}/SellerTradeParty",
        "buyer": f"{_AGREEMENT}/BuyerTradeParty",
        "payee": f"{_SETTLEMENT}/PayeeTradeParty",
        "representative": f"{_AGREEMENT}/SellerTaxRepresentativeTradeParty",
        "delivery": f"{_DELIVERY}/ShipToTradeParty",
        "notes": "ExchangedDocument/IncludedNote",
        "note_text": "Content",
        "note_code": "SubjectCode",
        "references": f"{_SETTLEMENT}/InvoiceReferencedDocument",
        "reference_number": "IssuerAssignedID",
        "reference_date": "FormattedIssueDateTime/DateTimeString",
        "documents": f"{_AGREEMENT}/AdditionalReferencedDocument",
        "document_number": "IssuerAssignedID",
        "document_kind": "TypeCode",
        "document_text": "Name",
        "document_url": "URIID",
        "document_content": "AttachmentBinaryObject",
        "document_scheme": "ReferenceTypeCode",
        "rows": f"{_SETTLEMENT}/ApplicableTradeTax",
        "allowances": f"{_SETTLEMENT}/SpecifiedTradeAllowanceCharge",
        "line_allowances": f"{_IN_LINE}/SpecifiedTradeAllowanceCharge",
        "lines": "SupplyChainTradeTransaction/IncludedSupplyChainTradeLineItem",
        "identifiers": "GlobalID",
        "own_identifiers": "ID",
        "tax_numbers": "SpecifiedTaxRegistration",
        "tax_number": "ID",
    },
)

_PLACE = "PostalAddress"
_WHERE = "DeliveryLocation/Address"
_PAY = "PaymentMeans"
_SUM = "LegalMonetaryTotal"

UBL = Paths(
    header={
        "number": "ID",
        "issued_on": "IssueDate",
        "kind": "InvoiceTypeCode",
        "framework": "ProfileID",
        "currency": "DocumentCurrencyCode",
        "accounting_currency": "TaxCurrencyCode",
        "vat_due": "InvoicePeriod/DescriptionCode",
        "tax_point": "TaxPointDate",
        "due_on": "DueDate",
        "terms": "PaymentTerms/Note",
        "buyer_reference": "BuyerReference",
        "project": "ProjectReference/ID",
        "contract": "ContractDocumentReference/ID",
        "order": "OrderReference/ID",
        "sales_order": "OrderReference/SalesOrderID",
        "receiving_advice": "ReceiptDocumentReference/ID",
        "despatch_advice": "DespatchDocumentReference/ID",
        "tender": "OriginatorDocumentReference/ID",
        "accounting": "AccountingCost",
        "starts_on": "InvoicePeriod/StartDate",
        "ends_on": "InvoicePeriod/EndDate",
        "delivered_on": "Delivery/ActualDeliveryDate",
    },
    totals={
        "lines": f"{_SUM}/LineExtensionAmount",
        "allowances": f"{_SUM}/AllowanceTotalAmount",
        "charges": f"{_SUM}/ChargeTotalAmount",
        "net": f"{_SUM}/TaxExclusiveAmount",
        "gross": f"{_SUM}/TaxInclusiveAmount",
        "paid": f"{_SUM}/PrepaidAmount",
        "rounding": f"{_SUM}/PayableRoundingAmount",
        "due": f"{_SUM}/PayableAmount",
        "vat": "TaxTotal/TaxAmount",
    },
    payment={
        "code": f"{_PAY}/PaymentMeansCode",
        "reference": f"{_PAY}/PaymentID",
        "iban": f"{_PAY}/PayeeFinancialAccount/ID",
        "account_name": f"{_PAY}/PayeeFinancialAccount/Name",
        "bic": f"{_PAY}/PayeeFinancialAccount/FinancialInstitutionBranch/ID",
        "mandate": f"{_PAY}/PaymentMandate/ID",
        "debtor_iban": f"{_PAY}/PaymentMandate/PayerFinancialAccount/ID",
        "due_on": f"{_PAY}/PaymentDueDate",
    },
    party={
        "name": "PartyLegalEntity/RegistrationName",
        "legal_info": "PartyLegalEntity/CompanyLegalForm",
        "legal_id": "PartyLegalEntity/CompanyID",
        "trading_name": "PartyName/Name",
        "endpoint": "EndpointID",
        "line1": f"{_PLACE}/StreetName",
        "line2": f"{_PLACE}/AdditionalStreetName",
        "line3": f"{_PLACE}/AddressLine/Line",
        "postcode": f"{_PLACE}/PostalZone",
        "city": f"{_PLACE}/CityName",
        "region": f"{_PLACE}/CountrySubentity",
        "country": f"{_PLACE}/Country/IdentificationCode",
        "contact": "Contact/Name",
        "phone": "Contact/Telephone",
        "email": "Contact/ElectronicMail",
    },
    line={
        "number": "ID",
        "note": "Note",
        "name": "Item/Name",
        "description": "Item/Description",
        "seller_code": "Item/SellersItemIdentification/ID",
        "buyer_code": "Item/BuyersItemIdentification/ID",
        "quantity": "InvoicedQuantity",
        "price": "Price/PriceAmount",
        "base_quantity": "Price/BaseQuantity",
        "gross_price": "Price/AllowanceCharge/BaseAmount",
        "discount": "Price/AllowanceCharge/Amount",
        "order_line": "OrderLineReference/LineID",
        "accounting": "AccountingCost",
        "starts_on": "InvoicePeriod/StartDate",
        "ends_on": "InvoicePeriod/EndDate",
        "net": "LineExtensionAmount",
        "category": "Item/ClassifiedTaxCategory/ID",
        "rate": "Item/ClassifiedTaxCategory/Percent",
    },
    row={
        "base": "TaxableAmount",
        "tax": "TaxAmount",
        "category": "TaxCategory/ID",
        "rate": "TaxCategory/Percent",
        "reason": "TaxCategory/TaxExemptionReason",
        "reason_code": "TaxCategory/TaxExemptionReasonCode",
    },
    allowance={
        "charge": "ChargeIndicator",
        "amount": "Amount",
        "base": "BaseAmount",
        "percent": "MultiplierFactorNumeric",
        "reason": "AllowanceChargeReason",
        "reason_code": "AllowanceChargeReasonCode",
        "category": "TaxCategory/ID",
        "rate": "TaxCategory/Percent",
    },
    groups={
        "seller": "AccountingSupplierParty/Party",
        "buyer": "AccountingCustomerParty/Party",
        "payee": "PayeeParty",
        "representative": "TaxRepresentativeParty",
        "delivery": "Delivery",
        "notes": "Note",
        "references": "BillingReference/InvoiceDocumentReference",
        "reference_number": "ID",
        "reference_date": "IssueDate",
        "documents": "AdditionalDocumentReference",
        "document_number": "ID",
        "document_kind": "DocumentTypeCode",
        "document_text": "DocumentDescription",
        "document_url": "Attachment/ExternalReference/URI",
        "document_content": "Attachment/EmbeddedDocumentBinaryObject",
        "rows": "TaxTotal/TaxSubtotal",
        "allowances": "AllowanceCharge",
        "line_allowances": "AllowanceCharge",
        "lines": "InvoiceLine",
        "identifiers": "PartyIdentification/ID",
        "tax_numbers": "PartyTaxScheme",
        "tax_number": "CompanyID",
        "tax_scheme": "TaxScheme/ID",
    },
)

#: The place of delivery in UBL is no party: these paths stand for those of a party.
UBL_PLACE = {
    "name": "DeliveryParty/PartyName/Name",
    "line1": f"{_WHERE}/StreetName",
    "line2": f"{_WHERE}/AdditionalStreetName",
    "line3": f"{_WHERE}/AddressLine/Line",
    "postcode": f"{_WHERE}/PostalZone",
    "city": f"{_WHERE}/CityName",
    "region": f"{_WHERE}/CountrySubentity",
    "country": f"{_WHERE}/Country/IdentificationCode",
}
#: What differs in a credit note of UBL.
UBL_CREDIT = {"kind": "CreditNoteTypeCode", "lines": "CreditNoteLine", "quantity": "CreditedQuantity"}
