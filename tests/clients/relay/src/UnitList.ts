// A list of partner units as a Relay frontend writes it: a card, pages that go on, and a new unit put at the top.
// check.mjs compiles it beside the documents that it makes for every connection and Node of the schema.
import { graphql } from 'react-relay';

export const card = graphql`
  fragment UnitList_card on PartnerUnit {
    name
    nameEn
    kind
    street {
      id
      name
    }
  }
`;

export const pages = graphql`
  fragment UnitList_units on Query
  @refetchable(queryName: "UnitListPageQuery")
  @argumentDefinitions(
    count: { type: "Int", defaultValue: 20 }
    cursor: { type: "String" }
    filter: { type: "UnitFilter" }
  ) {
    units(first: $count, after: $cursor, filter: $filter) @connection(key: "UnitList_units", filters: ["filter"]) {
      __id
      totalCount
      edges {
        node {
          id
          ...UnitList_card
        }
      }
    }
  }
`;

export const screen = graphql`
  query UnitListQuery($filter: UnitFilter) {
    ...UnitList_units @arguments(filter: $filter)
  }
`;

export const register = graphql`
  mutation UnitListRegisterMutation($input: RegisterUnitInput!, $connections: [ID!]!) {
    registerUnit(input: $input) {
      unit @prependNode(connections: $connections, edgeTypeName: "PartnerUnitEdge") {
        ...UnitList_card
      }
      errors {
        code
        field
        message
      }
    }
  }
`;
